import { expect, it } from "vitest";
import { columnOf, familiesOf } from "../../src/domain/board.ts";
import type { RunSummary } from "../../src/engine/ports/store.ts";
import { listView } from "../../src/server/list-view.ts";
import { sampleCommit, sampleDocument, sampleRunId } from "../../../../test/fixtures/runs.ts";

const run = sampleRunId(1);
const { summary } = sampleCommit(run, 0);

/** Of an engine that has the document, or must not be asked for it. */
const shown = (item: RunSummary, document: "there" | "unasked") =>
  listView(
    {
      status: () => null,
      usage: () => [],
      document: () => {
        if (document === "unasked") throw new Error("the document was opened");
        return sampleDocument(run, 1);
      },
    },
    item,
  );

it("a list shows a run without opening its document", () => {
  const board = {
    column: "ready" as const,
    families: { authors: ["anthropic"], reviewers: ["openai"] },
  };
  expect(shown({ ...summary, state: "merged", board }, "unasked")).toMatchObject(board);
});

it("a run that was stored without what the board shows is told from its document", () => {
  const document = sampleDocument(run, 1);
  const { authors, reviewers } = familiesOf(document);
  expect(shown({ ...summary, board: null }, "there")).toMatchObject({
    column: columnOf(document),
    families: { authors, reviewers },
  });
});
