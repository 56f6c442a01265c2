/** Of what was said to an agent: whether it has it, and the way to take it back until then. */
import { useCommand } from "../../api/commands.ts";
import { announce } from "../../ui/announce.ts";
import { Button } from "../../ui/button.tsx";
import { plainText } from "../../ui/plain.ts";
import { At } from "../../ui/time.tsx";
import type { Comment } from "./comments.tsx";
import { useRun } from "./run-context.tsx";

export type Said = Comment & { readonly message: NonNullable<Comment["message"]> };

export const isSaid = (comment: Comment): comment is Said => comment.message !== undefined;

export const isWaiting = ({ message }: Comment): boolean => message?.state.kind === "waiting";

/** Null while one is being taken back. */
export const useTakeBack = (onTakenBack: (said: Said) => void): ((said: Said) => void) | null => {
  const { run } = useRun();
  const command = useCommand(run);
  const takeBack = (said: Said): void =>
    command.mutate(
      { kind: "message.withdraw", message: said.message.id },
      {
        onSuccess: () => {
          onTakenBack(said);
          announce("It is taken back: no agent reads it.");
        },
      },
    );
  return command.isPending ? null : takeBack;
};

type MessageMarkProps = {
  readonly said: Said;
  /** Null while one is being taken back. */
  readonly takeBack: ((said: Said) => void) | null;
};

export function MessageMark({ said, takeBack }: MessageMarkProps) {
  const { finishedAt } = useRun();
  const { id, state } = said.message;
  const canTakeBack = state.kind === "waiting" && finishedAt === null;
  return (
    <span className="inline-flex items-center gap-2 text-muted">
      <StateWords said={said} isOver={finishedAt !== null} />
      {canTakeBack && (
        <Button emphasis="quiet" disabled={takeBack === null} onClick={() => takeBack?.(said)}>
          <span>
            Take back<span className="sr-only"> {id}</span>
          </span>
        </Button>
      )}
    </span>
  );
}

const SHAPES = { waiting: "○", given: "●", withdrawn: "–" } as const;

function StateWords({ said, isOver }: { readonly said: Said; readonly isOver: boolean }) {
  return (
    <span>
      <span aria-hidden>{SHAPES[said.message.state.kind]}</span>{" "}
      <Word said={said} isOver={isOver} />
    </span>
  );
}

function Word({ said, isOver }: { readonly said: Said; readonly isOver: boolean }) {
  const { on, message } = said;
  const { state } = message;
  switch (state.kind) {
    case "waiting":
      return isOver ? "never given" : "waits";
    case "given":
      return (
        <>
          given {state.step !== on && `to ${plainText(state.step)} `}at <At at={state.at} />
        </>
      );
    case "withdrawn":
      return `taken back by ${plainText(state.by)}`;
    default:
      return state satisfies never;
  }
}
