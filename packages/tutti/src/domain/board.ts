/** What a board shows of a run: its column, and the families that wrote and review it. */
import type { Author, BoardColumn, RunDocument } from "@tutti/protocol";
import { reviewerLineage } from "./lineage.ts";
import { stepOutcome } from "./status.ts";
import { instancesOf, keyOf } from "./steps.ts";

const BEHIND = new Set(["passed", "skipped", "waived"]);

/**
 * Where a run stands, by the first of its steps that is not behind it: an agent's step is work, what
 * judges it is review, and with nothing but the merge ahead it is ready. So is what ended on a branch.
 */
export function columnOf(document: RunDocument): BoardColumn {
  const { finished } = document;
  if (finished !== null) return finished.outcome === "completed" ? "ready" : "done";
  const open = document.workflow.steps.filter((step) => {
    const instances = instancesOf(document, step);
    const keys = instances.length === 0 ? [keyOf(step.id)] : instances;
    return !keys.every((key) => BEHIND.has(stepOutcome(document, key)));
  });
  const [first] = open;
  if (first === undefined || first.kind === "merge") return "ready";
  if (first.kind === "agent") return "working";
  if (first.kind !== "approval") return "review";
  const isLast =
    first.of.includes("candidate") && open.slice(1).every(({ kind }) => kind === "merge");
  return isLast ? "ready" : "review";
}

/** Kept beside a run for lists. */
export const boardOf = (
  document: RunDocument,
): {
  readonly column: BoardColumn;
  readonly families: { readonly authors: string[]; readonly reviewers: string[] };
} => {
  const { authors, reviewers } = familiesOf(document);
  return { column: columnOf(document), families: { authors, reviewers } };
};

const familiesIn = (lineage: readonly Author[]): string[] => [
  ...new Set(lineage.map(({ family }) => family)),
];

/** Reviewers are those that were chosen, whether or not their turn has ended. */
export function familiesOf(document: RunDocument): {
  readonly authors: string[];
  readonly reviewers: string[];
  readonly lineage: { readonly authors: Author[]; readonly reviewers: Author[] };
} {
  const { authors, reviews } = document;
  const reviewers = reviews
    .filter((review) => review.outcome === "allow")
    .flatMap(({ step, reviewers: names }) =>
      names.flatMap((agent) => reviewerLineage(document, { step, agent })),
    );
  return {
    authors: familiesIn(authors),
    reviewers: familiesIn(reviewers),
    lineage: { authors, reviewers },
  };
}
