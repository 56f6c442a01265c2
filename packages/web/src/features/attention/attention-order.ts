/** What needs a person, in the order in which it should be answered. */
import type { AttentionItem, AttentionKind } from "@tutti/protocol";
import type { Tone } from "../../ui/state-mark.tsx";

type Look = {
  readonly word: string;
  readonly tone: Tone;
  /** 0: an agent stands still in the middle of its turn. 1: a run waits. 2: nothing waits. */
  readonly blocks: 0 | 1 | 2;
};

const LOOKS: Record<AttentionKind, Look> = {
  permission: { word: "permission", tone: "waiting", blocks: 0 },
  question: { word: "question", tone: "waiting", blocks: 0 },
  approval: { word: "approval", tone: "waiting", blocks: 1 },
  "failed-gate": { word: "failed", tone: "refused", blocks: 1 },
  loop: { word: "goes round", tone: "refused", blocks: 1 },
  guard: { word: "touches its judge", tone: "warning", blocks: 1 },
  stale: { word: "out of date", tone: "warning", blocks: 1 },
  degraded: { word: "no rival reviewer", tone: "warning", blocks: 1 },
  conflict: { word: "conflict", tone: "refused", blocks: 1 },
  taken: { word: "taken over", tone: "waiting", blocks: 1 },
  environment: { word: "environment", tone: "refused", blocks: 1 },
  budget: { word: "budget", tone: "warning", blocks: 1 },
  egress: { word: "refused host", tone: "neutral", blocks: 2 },
};

export const attentionLook = (kind: AttentionKind): Look => LOOKS[kind];

/** The most blocking first, and of those the oldest. */
export const inOrder = (items: readonly AttentionItem[]): readonly AttentionItem[] =>
  items.toSorted(
    (left, right) => LOOKS[left.kind].blocks - LOOKS[right.kind].blocks || left.since - right.since,
  );

/** An item of the whole queue: its own id is unique within its run. */
export const itemKey = ({ run, id }: Pick<AttentionItem, "run" | "id">): string => `${run}/${id}`;
