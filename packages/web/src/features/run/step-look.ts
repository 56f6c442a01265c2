/** The words and the look of a step's outcome. */
import type { StepOutcome } from "@tutti/protocol";
import type { Tone } from "../../ui/state-mark.tsx";

type Look = { readonly tone: Tone; readonly word: string };

const LOOKS: Readonly<Record<StepOutcome, Look>> = {
  pending: { tone: "neutral", word: "not yet" },
  waiting: { tone: "waiting", word: "waiting for you" },
  working: { tone: "running", word: "working" },
  passed: { tone: "ok", word: "passed" },
  stale: { tone: "warning", word: "stale" },
  failed: { tone: "refused", word: "failed" },
  skipped: { tone: "neutral", word: "skipped" },
  waived: { tone: "warning", word: "waived" },
};

export const stepLook = (outcome: StepOutcome): Look => LOOKS[outcome];
