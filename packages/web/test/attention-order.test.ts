import { AttentionId, type AttentionItem, type AttentionKind, RunId } from "@tutti/protocol";
import { expect, it } from "vitest";
import { inOrder, itemKey } from "../src/features/attention/attention-order.ts";

const item = (kind: AttentionKind, since: number): AttentionItem => ({
  id: AttentionId.parse(`${kind}:spec`),
  run: RunId.parse("r-4k2m9x7q1abc"),
  kind,
  step: null,
  since,
  asks: "",
  why: "",
  subject: null,
  details: [],
  answers: [],
});

it("puts an agent that stands still before a run that waits, and what blocks nothing last", () => {
  const items = [
    item("egress", 1),
    item("approval", 5),
    item("failed-gate", 4),
    item("permission", 9),
  ];
  expect(inOrder(items).map(({ kind }) => kind)).toEqual([
    "permission",
    "failed-gate",
    "approval",
    "egress",
  ]);
});

it("puts the oldest of what blocks alike first", () => {
  const items = [item("permission", 7), item("question", 3)];
  expect(inOrder(items).map(({ since }) => since)).toEqual([3, 7]);
});

it("names an item by its run as well, since two runs ask for the same approval", () => {
  expect(itemKey(item("approval", 1))).toBe("r-4k2m9x7q1abc/approval:spec");
});
