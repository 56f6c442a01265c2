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
    text: "WHEN a key path runs through constructor.prototype THE parser SHALL leave Object.prototype unchanged"
    check: { test: "proto pollution (constructor)" }
    scope: ["index.js", "test/**"]
non_goals: ["changing the public API"]
`,
  },
  "plan.yaml": {
    rules: [
      "`id` is P1, P2, …; an item is small enough for one session and leaves the project working.",
      "`covers` names requirements of contract.yaml; every requirement with `must: true` is covered by an item.",
      "`needs` names items that come first, without a cycle; items are done in this order.",
      "`scope` lists globs of the files the item may change; `notes` is free text for its author.",
    ],
    example: `items:
  - id: P1
    title: "Guard key assignment"
    covers: [R1]
    scope: ["index.js"]
    needs: []
    notes: "Reject the key in setKey; add the test beside the existing one."
`,
  },
  "reproduction.yaml": {
    rules: [
      "`claim` is one sentence that can be false; `requirement` names an R of contract.yaml where there is one.",
      ...REPRODUCTION_RULES,
      "It must fail on the code as it is now.",
    ],
    example: `claim: "Parsing --a.constructor.prototype.x 1 pollutes Object.prototype"
reproduction:
  files:
    - path: test/pollution.test.js
      content: |
        const parse = require('..');
        parse(['--a.constructor.prototype.x', '1']);
        if ({}.x !== undefined) throw new Error('polluted');
  run: node test/pollution.test.js
`,
  },
  "findings.json": {
    rules: [
      "`kind` is one of bug, security, spec-gap, scope, weak-test, perf, maintain; `severity` is P0 (worst) to P3.",
      "`claim` is one sentence that can be false; `requirements` names the R of the contract it violates, if any.",
      "A finding stops the merge only when its `reproduction` fails on this change as Tutti runs it; without one it is advice.",
      ...REPRODUCTION_RULES,
      "An empty `findings` list is a valid and welcome answer. Do not report taste.",
    ],
    example: `{
  "summary": "One gap: the other spelling of the same path.",
  "findings": [
    {
      "kind": "security",
      "severity": "P1",
      "claim": "Parsing --_.constructor.constructor.prototype.x 1 still pollutes Function.prototype",
      "requirements": ["R1"],
      "locations": [{ "path": "index.js", "startLine": 70, "endLine": 76 }],
      "reproduction": {
        "files": [
          {
            "path": "test/pollution-function.test.js",
            "content": "const parse = require('..');\\nparse(['--_.constructor.constructor.prototype.x', '1']);\\nif ((() => {}).x !== undefined) throw new Error('polluted');\\n"
          }
        ],
        "run": "node test/pollution-function.test.js"
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
