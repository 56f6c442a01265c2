/** What models play in a whole run of a real agent: the specification, the plan, the change, the review. */
import type { Script } from "../../packages/tutti/src/agents/scripted/script.ts";
import type { Step } from "../fixtures/model-server/step.ts";
import { shellWrite } from "../fixtures/model-server/tool-call.ts";
import { AUTHOR } from "../fixtures/project.ts";

const TEST = `import assert from "node:assert";
import test from "node:test";
import { sum } from "./sum.mjs";

test("sums nothing", () => assert.equal(sum([]), 0));
`;

export const SUM =
  "export const sum = (values) => values.reduce((total, value) => total + value, 0);\n";

/** All but the step that builds. */
export const PLANS: Script = {
  turns: [
    ...AUTHOR.turns.filter(({ step }) => step === "spec" || step === "plan"),
    {
      step: "rival-review",
      do: [
        { do: "run", command: "node --test" },
        { do: "report", file: "findings.json", json: { summary: "It holds.", findings: [] } },
      ],
    },
  ],
};

/** Agents want to read a file with their own tool before they write over it: the shell does not. */
export const REWRITE: Step = { shell: shellWrite({ path: "sum.mjs", text: SUM }) };

export const PROOF: readonly Step[] = [
  { write: { path: "empty.test.mjs", text: TEST } },
  { shell: "node --test --test-reporter=tap" },
];
