/** Terminals inside the fence of a run: to look at its workspace, or to work in it once it is taken over. */
import type { RunView, TerminalView } from "@tutti/protocol";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { ApiError } from "@tutti/client/api-error";
import { daemon } from "../../api/daemon.ts";
import { asProblem } from "../../api/problem.ts";
import { useCommands } from "../../commands/commands.tsx";
import { Button } from "../../ui/button.tsx";
import { Empty, Failed } from "../../ui/notice.tsx";
import { Queried } from "../../ui/queried.tsx";
import { useRun } from "../run/run-context.tsx";
import { terminalsQuery } from "./terminal-requests.ts";
import { endText, TerminalScreen } from "./terminal-screen.tsx";
import { useTaken } from "./use-taken.ts";

/** Until its screen is there and knows better. */
const FIRST_SIZE = { rows: 24, columns: 80 };

/** The one that is asked for, else the newest that is open, else the newest. */
const chosenOf = (items: readonly TerminalView[], asked: string | undefined) =>
  items.find(({ id }) => id === asked) ??
  items.findLast(({ ended }) => ended === null) ??
  items.at(-1);

export function TerminalTab() {
  const view = useRun();
  const query = useQuery(terminalsQuery(view.run));
  return (
    <Queried query={query} what="the terminals">
      {(items) => <Terminals view={view} items={items} />}
    </Queried>
  );
}

type TerminalsProps = { readonly view: RunView; readonly items: readonly TerminalView[] };

/** Of those that failed, only the last one still says something. */
const worthShowing = (items: readonly TerminalView[]): readonly TerminalView[] =>
  items.filter((item) => (item.ended?.failure ?? null) === null || item === items.at(-1));

function Terminals({ view, items: all }: TerminalsProps) {
  const items = worthShowing(all);
  const { terminal: asked } = useSearch({ from: "/runs/$run/terminal" });
  const navigate = useNavigate();
  const client = useQueryClient();
  const [opened, setOpened] = useState<string | null>(null);
  const show = (terminal: string): void =>
    void navigate({ to: "/runs/$run/terminal", params: { run: view.run }, search: { terminal } });
  const open = useMutation({
    mutationFn: () => daemon.openTerminal(view.run, FIRST_SIZE),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: terminalsQuery(view.run).queryKey });
      setOpened(id);
      show(id);
    },
  });
  const chosen = chosenOf(items, asked);
  const isLooking = chosen?.ended === null && chosen.access === "read-only";
  // A fence is not widened around what runs in it: who takes over while looking gets one that writes.
  useTaken(view.workspace.takenBy, () => {
    if (isLooking) open.mutate();
  });
  const isThere = view.workspace.kind === "ready" && view.finishedAt === null;
  useOpening(isThere, () => open.mutate());
  return (
    <div className="flex h-full min-h-96 flex-col">
      <div className="flex flex-wrap items-center gap-2 px-4 py-2">
        <Button
          emphasis="primary"
          disabled={!isThere || open.isPending}
          onClick={() => open.mutate()}
        >
          Open terminal
        </Button>
        <p className="text-muted">{introOf(view, { isThere, isLooking })}</p>
      </div>
      {open.isError && !isSameAs(open.error, chosen) && (
        <Failed error={open.error} onRetry={() => open.mutate()} />
      )}
      {items.length > 1 && <Choice items={items} chosen={chosen?.id} onChoose={show} />}
      <Chosen
        view={view}
        terminal={chosen}
        isNew={chosen?.id === opened}
        onRetry={isThere && !open.isPending ? () => open.mutate() : undefined}
      />
    </div>
  );
}

/** From the palette too. */
const useOpening = (isThere: boolean, run: () => void): void =>
  useCommands(
    isThere ? [{ id: "terminal.open", title: "Open terminal", group: "Terminal", run }] : [],
  );

/** What is told in the place of the terminal is not told above it too. */
const isSameAs = (error: unknown, terminal: TerminalView | undefined): boolean =>
  terminal?.ended?.failure?.code === asProblem(error).code;

type ChosenProps = {
  readonly view: RunView;
  readonly terminal: TerminalView | undefined;
  readonly isNew: boolean;
  /** Opens another one. */
  readonly onRetry: (() => void) | undefined;
};

/** The terminal; or why there is none in its place. */
function Chosen({ view, terminal, isNew, onRetry }: ChosenProps) {
  const failure = terminal?.ended?.failure ?? null;
  if (failure !== null)
    return (
      <Failed
        error={new ApiError({ ...failure, status: 0 })}
        {...(onRetry === undefined ? {} : { onRetry })}
      />
    );
  if (terminal !== undefined)
    return <TerminalScreen key={terminal.id} view={terminal} isNew={isNew} />;
  return (
    <Empty title="No terminal is open here.">
      <p className="max-w-[72ch]">
        A terminal runs inside the fence of this run: it sees what agents and checks see, has no
        network and no keys. Open one by the button above, or by{" "}
        <code className="font-mono whitespace-nowrap">tutti shell {view.run}</code>.
      </p>
    </Empty>
  );
}

type Standing = { readonly isThere: boolean; readonly isLooking: boolean };

function introOf({ workspace, finishedAt }: RunView, { isThere, isLooking }: Standing): string {
  if (finishedAt !== null) return "The run has ended, and its workspace with it.";
  if (!isThere) return "The workspace is not ready.";
  const { takenBy } = workspace;
  if (takenBy === null) return "It only looks: take the workspace over to work in it.";
  return isLooking
    ? `${takenBy} has the workspace. The terminal below only looks, as it did before: a new one of theirs writes.`
    : `${takenBy} has the workspace: a terminal of theirs writes it, until it is given back.`;
}

type ChoiceProps = {
  readonly items: readonly TerminalView[];
  readonly chosen: string | undefined;
  readonly onChoose: (id: string) => void;
};

function Choice({ items, chosen, onChoose }: ChoiceProps) {
  return (
    <nav aria-label="Terminals" className="flex gap-1 overflow-x-auto px-4 pb-2">
      {items.map((item, index) => (
        <Button
          key={item.id}
          aria-pressed={item.id === chosen}
          emphasis={item.id === chosen ? "normal" : "quiet"}
          onClick={() => onChoose(item.id)}
        >
          {index + 1}
          <span className="text-muted">{item.ended === null ? item.access : endText(item)}</span>
        </Button>
      ))}
    </nav>
  );
}
