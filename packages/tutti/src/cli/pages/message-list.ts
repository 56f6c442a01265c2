/** What people said to agents of a run, and whether those have it. */
import type { RunView } from "@tutti/protocol";
import { clockTime, cut } from "../terminal/layout.ts";
import { printableLine } from "../terminal/printable.ts";

/** Messages that a page shows, newest last; the rest is in `--json`. */
const MAX_SHOWN = 10;

type Comment = RunView["comments"][number];
type State = NonNullable<Comment["message"]>["state"];

export function messageLines(
  { comments, finishedAt }: RunView,
  { width }: { readonly width: number },
): string[] {
  const lines = comments.flatMap(({ by, on, text, message }) =>
    message === undefined
      ? []
      : [
          `${message.id} to ${on} · ${stateText(message.state, { on, finishedAt })} · ${by}: ${text}`,
        ],
  );
  const shown = lines.slice(-MAX_SHOWN).map((line) => cut(printableLine(line), width - 2));
  const more = lines.length - shown.length;
  return more === 0 ? shown : [`… and ${more} before`, ...shown];
}

function stateText(
  state: State,
  { on, finishedAt }: { readonly on: string; readonly finishedAt: number | null },
): string {
  switch (state.kind) {
    case "waiting":
      return finishedAt === null ? "waits" : "never given";
    case "given":
      return `given${state.step === on ? "" : ` to ${state.step}`} at ${clockTime(state.at)}`;
    case "withdrawn":
      return `taken back by ${state.by}`;
    default:
      return state satisfies never;
  }
}
