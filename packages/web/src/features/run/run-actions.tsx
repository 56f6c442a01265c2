/** Pausing, stopping, going on, working in it oneself, ending it: each by a button, a key and the palette. */
import type { PersonCommand, RunView } from "@tutti/protocol";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { tellProblem, useCommand } from "../../api/commands.ts";
import { daemon } from "../../api/daemon.ts";
import { useCommands } from "../../commands/commands.tsx";
import { Button } from "../../ui/button.tsx";
import { CancelDialog } from "./cancel-dialog.tsx";

type Action = {
  readonly id: string;
  readonly word: string;
  readonly keys: string;
  readonly isThere: boolean;
  readonly run: () => void;
};

const HERE = "in the command center";

type Orders = {
  readonly send: (command: PersonCommand) => void;
  readonly stop: () => void;
  readonly cancel: () => void;
  readonly again: () => void;
};

function actionsOf(view: RunView, { send, stop, cancel, again }: Orders): readonly Action[] {
  const { finishedAt, paused, steps, workspace } = view;
  const isOpen = finishedAt === null;
  // Also while it waits for an answer: given that, it does not go on.
  const isPaused = paused !== null;
  const isWorking = isOpen && steps.some(({ outcome }) => outcome === "working");
  const isTaken = workspace.takenBy !== null;
  const isFailed = isOpen && steps.some(({ outcome }) => outcome === "failed");
  return [
    {
      id: "pause",
      word: "Pause",
      keys: "r p",
      isThere: isOpen && !isPaused,
      run: () => send({ kind: "run.pause", reason: `paused ${HERE}` }),
    },
    {
      id: "resume",
      word: "Resume",
      keys: "r p",
      isThere: isOpen && isPaused,
      run: () => send({ kind: "run.resume" }),
    },
    { id: "stop", word: "Stop agents", keys: "r s", isThere: isWorking, run: stop },
    {
      id: "retry",
      word: "Try again",
      keys: "r t",
      isThere: isFailed,
      run: () => send({ kind: "run.retry" }),
    },
    {
      id: "take",
      word: "Take over",
      keys: "r w",
      isThere: isOpen && !isTaken && workspace.kind === "ready",
      run: () => send({ kind: "workspace.take" }),
    },
    {
      id: "give",
      word: "Give back",
      keys: "r w",
      isThere: isOpen && isTaken,
      run: () => send({ kind: "workspace.give" }),
    },
    { id: "again", word: "Duplicate", keys: "r d", isThere: true, run: again },
    { id: "cancel", word: "Cancel run", keys: "r c", isThere: isOpen, run: cancel },
  ].filter(({ isThere }) => isThere);
}

export function RunActions({ view }: { readonly view: RunView }) {
  const command = useCommand(view.run);
  const navigate = useNavigate();
  const [isCancelling, setCancelling] = useState(false);
  const stop = useMutation({
    mutationFn: () => daemon.halt(view.run, `stopped ${HERE}`),
    onError: tellProblem,
  });
  const actions = actionsOf(view, {
    send: (said) => command.mutate(said),
    stop: () => stop.mutate(),
    cancel: () => setCancelling(true),
    again: () => void navigate({ to: "/new", search: { from: view.run } }),
  });
  useCommands(
    actions.map(({ id, word, keys, run }) => ({
      id: `run.${id}`,
      title: word,
      group: "This run",
      keys,
      run,
    })),
  );
  return (
    <div className="flex flex-wrap gap-1">
      {actions.map(({ id, word, keys, run }) => (
        <Button
          key={id}
          shortcut={keys}
          emphasis={id === "cancel" ? "danger" : "normal"}
          disabled={command.isPending || stop.isPending}
          onClick={run}
        >
          {word}
        </Button>
      ))}
      {isCancelling && (
        <CancelDialog
          onClose={() => setCancelling(false)}
          onCancel={(reason) => {
            setCancelling(false);
            command.mutate({ kind: "run.cancel", reason });
          }}
        />
      )}
    </div>
  );
}
