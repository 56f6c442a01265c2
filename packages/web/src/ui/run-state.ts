/** The words and the look of a run's state, as the daemon derives it. */
import type { Tone } from "./state-mark.tsx";

type Look = { readonly tone: Tone; readonly word: string };

const LOOKS: Readonly<Record<string, Look>> = {
  queued: { tone: "neutral", word: "waiting for a slot" },
  working: { tone: "running", word: "working" },
  waiting: { tone: "waiting", word: "waiting for you" },
  paused: { tone: "neutral", word: "paused" },
  merged: { tone: "ok", word: "merged" },
  completed: { tone: "ok", word: "completed" },
  failed: { tone: "refused", word: "failed" },
  cancelled: { tone: "neutral", word: "cancelled" },
};

export const runLook = (state: string): Look => LOOKS[state] ?? { tone: "neutral", word: state };

const SILENCE = /no signal for \d+ min/u;

/** The same, where the run's text is known: it says so when nothing is heard of its agent. */
export function runLookIn({
  state,
  text,
}: {
  readonly state: string;
  readonly text: string;
}): Look {
  const silence = state === "working" ? SILENCE.exec(text)?.[0] : undefined;
  return silence === undefined ? runLook(state) : { tone: "warning", word: silence };
}
