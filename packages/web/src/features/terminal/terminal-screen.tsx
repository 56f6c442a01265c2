/** One terminal: what it is, its screen, and how it ended. */
import type { TerminalEnd, TerminalView } from "@tutti/protocol";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { daemon } from "../../api/daemon.ts";
import { tellProblem } from "../../api/commands.ts";
import { Button } from "../../ui/button.tsx";
import { LEAVE_KEY, openScreen, type Screen, type ScreenState } from "./screen.ts";

const ENDS: Record<TerminalEnd, string> = {
  exited: "Its shell ended",
  closed: "It was ended",
  idle: "Nothing happened in it for an hour",
  given: "The workspace was given back",
  "run-ended": "The run ended",
  left: "Whoever opened it is gone",
  stopped: "The daemon was stopped",
  lost: "The daemon was killed",
  "workspace-full": "The workspace is full",
  failed: "It could not go on",
};

const STATES: Record<ScreenState, string> = {
  connecting: "Connecting …",
  live: "Open",
  lost: "Not connected now; it goes on and is taken up again",
  over: "Over",
};

export const endText = ({ ended }: Pick<TerminalView, "ended">): string => {
  if (ended === null) return "";
  return ended.code === null ? ENDS[ended.reason] : `${ENDS[ended.reason]}, code ${ended.code}`;
};

const accessText = ({ access, ended }: TerminalView): string => {
  if (access === "read-only") return "read-only";
  return ended === null ? "writes the workspace" : "wrote the workspace";
};

export function TerminalScreen({ view, isNew }: { view: TerminalView; isNew: boolean }) {
  const host = useRef<HTMLDivElement>(null);
  const leave = useRef<HTMLButtonElement>(null);
  const screen = useRef<Screen>(null);
  const [state, setState] = useState<ScreenState>("connecting");
  // Its end comes as an event of the run: that is no other terminal.
  const first = useRef(view);
  useEffect(() => {
    if (host.current === null) return undefined;
    const opened = openScreen({
      host: host.current,
      view: first.current,
      onState: setState,
      onEnded: () => undefined,
      onProblem: tellProblem,
      onLeave: () => leave.current?.focus(),
    });
    screen.current = opened;
    if (isNew) opened.focus();
    return () => opened.dispose();
  }, [isNew]);
  const close = useMutation({ mutationFn: () => daemon.closeTerminal(view), onError: tellProblem });
  const { ended, id, isolation } = view;
  return (
    <section aria-label={`Terminal ${id}`} className="flex min-h-0 flex-1 flex-col gap-2 px-4 pb-4">
      {isolation === "none" && (
        <p role="alert" className="border-l-2 border-warning pl-3 text-warning">
          There is no fence around this terminal: what runs in it can do whatever you can.
        </p>
      )}
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <output className="font-strong">{ended === null ? STATES[state] : endText(view)}</output>
        <span className="text-muted">
          {accessText(view)} · by {view.by}
        </span>
        <span className="ml-auto flex flex-wrap items-center gap-2">
          {ended === null && (
            <span className="text-muted max-sm:hidden">
              <kbd>{LEAVE_KEY}</kbd> leaves it by the keyboard
            </span>
          )}
          <Button
            ref={leave}
            disabled={ended !== null || close.isPending}
            onClick={() => close.mutate()}
          >
            End terminal
          </Button>
        </span>
      </div>
      <div
        ref={host}
        data-terminal={id}
        className="min-h-40 flex-1 overflow-hidden rounded border border-line p-1"
      />
    </section>
  );
}
