/** What an agent is told about the files it must leave: where, which, and in which form. */

/** Environment variable inside the fence that names the folder for artifacts. */
export const ARTIFACTS_VARIABLE = "TUTTI_ARTIFACTS";

export type ArtifactForm = {
  /** Rules in prose, one sentence each. */
  readonly rules: readonly string[];
  /** A complete valid file. */
  readonly example: string;
};

const REPRODUCTION_RULES = [
  "`run` is given to `sh -c` at the repository root, without network; exit code 0 means the claim does NOT hold, another one means it does.",
  "`files` are laid over the tree before it runs: relative paths with their whole content. Do not rely on files you left elsewhere.",
  "Prefer one small test in the project's own test framework; `test` may name the TAP test that decides.",
  "It must fail because of the claim itself: an error of set-up, import or syntax proves nothing.",
];

/** Artifacts whose content Tutti reads. Every other name is plain text that must not be empty. */
export const ARTIFACT_FORMS: Readonly<Record<string, ArtifactForm>> = {
  "contract.yaml": {
    rules: [
      "`id` is R1, R2, …; `must: true` marks what the change cannot do without.",
      "`text` is one EARS sentence: WHEN … THE … SHALL …",
      "`check` has exactly one of the keys `test`, `command`, `property`, `manual`: how this requirement is decided.",
      "`scope` lists globs of the files it is about; `non_goals` what is deliberately left out.",
    ],
    example: `requirements:
  - id: R1
    must: true
    text: "WHEN a duration has no unit THE parser SHALL throw a RangeError that quotes the text"
    check: { test: "a duration without a unit" }
    scope: ["src/duration.js", "test/**"]
non_goals: ["new units"]
`,
  },
  "plan.yaml": {
    rules: [
      "`id` is P1, P2, …; an item is small enough for one session and leaves the project working.",
      "`covers` names requirements of contract.yaml (an empty list where there is none); every requirement with `must: true` is covered by an item.",
      "`needs` names items that come first, without a cycle; items are done in this order.",
      "`scope` lists globs of the files the item may change; `notes` is free text for its author.",
    ],
    example: `items:
  - id: P1
    title: "Refuse durations without a unit"
    covers: [R1]
    scope: ["src/duration.js", "test/duration.test.js"]
    needs: []
    notes: "Throw in parseUnit; add the test beside the existing ones."
`,
  },
  "reproduction.yaml": {
    rules: [
      "`claim` is one sentence that can be false; `requirement` names an R of contract.yaml where there is one.",
      ...REPRODUCTION_RULES,
      "It must fail on the code as it is now.",
    ],
    example: `claim: "parse('15') returns 15 instead of refusing a duration without a unit"
reproduction:
  files:
    - path: test/no-unit.test.js
      content: |
        const { parse } = require('../src/duration.js');
        let refused = false;
        try { parse('15'); } catch { refused = true; }
        if (!refused) throw new Error('accepted');
  run: node test/no-unit.test.js
`,
  },
  "findings.json": {
    rules: [
      "`kind` is one of bug, security, spec-gap, scope, weak-test, perf, maintain; `severity` is P0 (worst) to P3.",
      "`claim` is one sentence that can be false; `requirements` names the R of the contract it violates, if any.",
      "A finding stops the merge only when its `reproduction` fails on this change as Tutti runs it; without one it is advice.",
      "What fails before the change just the same stops the merge only where `requirements` names a requirement that is a must; otherwise it is noted as older than the change.",
      ...REPRODUCTION_RULES,
      "An empty `findings` list is a valid and welcome answer. Do not report taste.",
    ],
    example: `{
  "summary": "One gap: a unit of spaces counts as a unit.",
  "findings": [
    {
      "kind": "bug",
      "severity": "P1",
      "claim": "parse('15 ') still returns 15 instead of throwing a RangeError",
      "requirements": ["R1"],
      "locations": [{ "path": "src/duration.js", "startLine": 12, "endLine": 14 }],
      "reproduction": {
        "files": [
          {
            "path": "test/no-unit-spaces.test.js",
            "content": "const { parse } = require('../src/duration.js');\\nlet refused = false;\\ntry { parse('15 '); } catch { refused = true; }\\nif (!refused) throw new Error('accepted');\\n"
          }
        ],
        "run": "node test/no-unit-spaces.test.js"
      }
    }
  ]
}
`,
  },
};

/** The end of a prompt: the files that must be there when the turn ends. */
export const describeArtifacts = (names: readonly string[]): string => {
  if (names.length === 0) return "";
  const list = names.map((name) => `\`${name}\``).join(", ");
  const forms = names.flatMap((name) => {
    const form = Object.hasOwn(ARTIFACT_FORMS, name) ? ARTIFACT_FORMS[name] : undefined;
    if (form === undefined) return [`### ${name}\nMarkdown or plain text, not empty.`];
    const language = name.endsWith(".json") ? "json" : "yaml";
    const rules = form.rules.map((rule) => `- ${rule}`).join("\n");
    return [
      `### ${name}\n${rules}\n\nExample of the form:\n\`\`\`${language}\n${form.example}\`\`\``,
    ];
  });
  const opening =
    `Write ${list} into the folder that the environment variable ${ARTIFACTS_VARIABLE} names, not into the repository. ` +
    "Tutti reads the files from there when your turn ends and hands them back with the reason if they are not valid. What you say in your answer is not read.";
  return [opening, ...forms].join("\n\n");
};
