/** Files that people and agents damage: whatever is in them, the answer is a list of problems. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { readArtifact } from "../../src/workflows/artifacts.ts";
import { readWorkflow } from "../../src/workflows/lint.ts";
import { ARTIFACT_FORMS } from "../../src/workflows/output-contract.ts";
import { builtInPlace, listWorkflows } from "../../src/workflows/resolve.ts";

/** The text with one piece cut out, or replaced by what often stands there by mistake. */
const damaged = (text: string) =>
  fc
    .tuple(
      fc.nat(text.length),
      fc.nat(40),
      fc.constantFrom(
        "",
        "\n",
        "\t",
        "```",
        "---",
        ": ",
        "- ",
        "{",
        "]",
        '"',
        "&a",
        "*a",
        "# ",
        "kind: merge\n",
        "\u0000",
      ),
    )
    .map(([at, length, piece]) => text.slice(0, at) + piece + text.slice(at + length));

test("a damaged workflow is refused or read, never an exception, and every line is one of the file's", async () => {
  for (const { text, file } of await listWorkflows([builtInPlace()])) {
    fc.assert(
      fc.property(damaged(text), (broken) => {
        const lines = broken.split("\n").length;
        const { problems } = readWorkflow(broken, { file });
        expect(problems.filter(({ line }) => line < 1 || line > lines)).toEqual([]);
        expect(problems.filter(({ message, mend }) => message === "" || mend === "")).toEqual([]);
      }),
      { numRuns: 150 },
    );
  }
});

test("a damaged artifact is refused with its name, or read, never an exception", () => {
  for (const [name, { example }] of Object.entries(ARTIFACT_FORMS)) {
    fc.assert(
      fc.property(damaged(example), (broken) => {
        const read = readArtifact(name, broken);
        expect(read.kind === "valid" || read.problem.startsWith(name)).toBe(true);
      }),
      { numRuns: 150 },
    );
  }
});
