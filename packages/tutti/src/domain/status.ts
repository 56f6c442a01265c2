/** Status of a run and of its steps, derived; what lists and pages show. */
import type { RunDocument, RunStatus, StepKey } from "@tutti/protocol";
import { attention } from "./attention.ts";
import { isApprovalOpen } from "./decide/approval.ts";
import { isStale } from "./holds.ts";
import { stepByKey, stepState } from "./steps.ts";

const working = (state: RunDocument): string => {
  const active = Object.values(state.steps)
    .filter((step) => step.status.kind === "active")
    .map((step) => step.key);
  if (active.length > 0) return active.join(", ");
  return state.workspace.kind === "none" ? "making the workspace" : "between steps";
};

export const statusOf = (state: RunDocument): RunStatus => {
  if (state.finished !== null)
    return { state: state.finished.outcome, text: state.finished.reason, attention: [] };
  if (state.cancelled !== null)
    return { state: "working", text: "cancelling: parking the work", attention: [] };
  const items = [...attention(state)];
  // A refused host is shown, but nothing waits for it.
  const first = items.find(({ kind }) => kind !== "egress");
  if (first !== undefined) {
    // In every list: an answer alone would not move it.
    const text = state.paused === null ? first.asks : `paused · ${first.asks}`;
    return { state: "waiting", text, attention: items };
  }
  if (state.paused !== null) return { state: "paused", text: state.paused, attention: items };
  if (Object.keys(state.effects).length === 0)
    return { state: "queued", text: "queued", attention: items };
  return { state: "working", text: working(state), attention: items };
};

/** Without a word of an agent for this long, people are told; a model may well think for a minute. */
const NO_SIGNAL_MS = 2 * 60_000;
const MS_PER_MINUTE = 60_000;

/** When it will be said that nothing is heard, if nothing is. */
export const silentFrom = (heardAt: number): number => heardAt + NO_SIGNAL_MS;

export const isSilent = (signal: {
  readonly heardAt: number | null;
  readonly now: number;
}): boolean => signal.heardAt !== null && signal.now >= silentFrom(signal.heardAt);

/** Working is one thing, and nothing heard of it another: `heardAt` is the last of what agents sent. */
export const withSignal = (
  status: RunStatus,
  { heardAt, now }: { readonly heardAt: number | null; readonly now: number },
): RunStatus => {
  if (status.state !== "working" || !isSilent({ heardAt, now })) return status;
  const minutes = Math.floor((now - (heardAt ?? now)) / MS_PER_MINUTE);
  return { ...status, text: `${status.text}: no signal for ${minutes} min` };
};

export type StepOutcome =
  | "pending"
  | "waiting"
  | "working"
  | "passed"
  | "stale"
  | "failed"
  | "skipped"
  | "waived";

const asksIn = ({ permissions, questions }: RunDocument, key: StepKey): boolean =>
  [...permissions, ...questions].some(({ step }) => step === key);

export const stepOutcome = (state: RunDocument, key: StepKey): StepOutcome => {
  const { status } = stepState(state, key);
  if (status.kind === "active") return asksIn(state, key) ? "waiting" : "working";
  if (isStale(state, key)) return "stale";
  if (status.kind !== "pending") return status.kind;
  const step = stepByKey(state, key);
  return step.kind === "approval" && isApprovalOpen(state, step) ? "waiting" : "pending";
};
