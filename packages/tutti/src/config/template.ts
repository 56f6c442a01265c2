/** The commented `.tutti/config.yaml` that `tutti init` writes. */
import { stringify } from "yaml";
import type { Detected } from "./detect/detect.ts";
import type { Proposal } from "./propose-roles.ts";

/** Text of the file. It parses without errors; what was not found stands there as an example in comments. */
export const renderConfig = (detected: Detected, roles: Proposal): string =>
  [
    "# Rules of this project for Tutti. Commit this file: a run reads it from the commit that it",
    "# starts from, so nobody changes the rules of a run that is under way.",
    "",
    ...agentLines(roles),
    "",
    ...checkLines(detected),
    "",
    ...recipeLines(detected),
    ...readLines(detected),
    "",
    ...OTHERS,
    "",
  ].join("\n");

const ABOUT_AGENTS = [
  "# Who does what. A role names an agent: of the catalogue (`tutti agents` lists it), or of `agents:`.",
  "# A review only counts by another family than the author's. Keys are stored with `tutti keys set`.",
];

const agentLines = ({ author, reviewer, notes }: Proposal): string[] => {
  if (author === null) return [...ABOUT_AGENTS, ...noteLines(notes), ...EXAMPLES];
  return [
    ...ABOUT_AGENTS,
    "roles:",
    `  planner: ${author.name}`,
    `  author: ${author.name}`,
    ...(reviewer === null
      ? ["  # reviewer: [codex]  # an agent of another family", ...noteLines(notes)]
      : [`  reviewer: [${reviewer.name}]`]),
  ];
};

const noteLines = (notes: readonly string[]): string[] =>
  notes.map((note) => `# Note: ${oneLine(note)}`);

const EXAMPLES = [
  "#agents:",
  '#  alto: { command: ["node", "alto.mjs"], family: anthropic, egress: ["api.example.com:443"] }',
  '#  tenor: { command: ["node", "tenor.mjs"], family: openai }',
  "#roles:",
  "#  planner: alto",
  "#  author: alto",
  "#  reviewer: [tenor]",
];

const checkLines = ({ checks }: Detected): string[] => {
  const about = [
    "# Checks decide whether work is accepted. Tutti runs them on a frozen copy, in the fence, without",
    "# network. `report: tap` or `junit` says what each test did; without it only the exit code counts.",
  ];
  if (checks.length === 0) {
    return [
      ...about,
      "# None was found. Without a check nothing can pass.",
      "checks: {}",
      "#  test: { run: npm test, timeout: 10m }",
    ];
  }
  const lines = checks.flatMap((check) => [
    `  # ${check.from}`,
    `  ${check.name}:`,
    `    run: ${scalar(check.run)}`,
    "    timeout: 10m",
    ...(check.report === undefined ? [] : [`    report: ${check.report}`]),
    ...(check.reportFile === undefined ? [] : [`    reportFile: ${scalar(check.reportFile)}`]),
    ...envLines(check.env ?? {}, "    "),
  ]);
  return [...about, "checks:", ...lines];
};

const recipeLines = ({ recipe }: Detected): string[] => {
  const about = [
    "# How a workspace is made usable. Set-up runs once in a clean copy that no agent touches; author,",
    "# checks and reviewers each get their own copy of the folders it fills.",
  ];
  if (recipe === null) {
    return [
      ...about,
      "#recipe:",
      "#  setup: npm ci",
      "#  dependencies: [node_modules]",
      "#  copy: [.env.test]         # untracked files of your checkout to copy in",
    ];
  }
  return [
    ...about,
    "recipe:",
    `  setup: ${scalar(recipe.setup)}`,
    "  dependencies:",
    ...recipe.dependencies.map((folder) => `    - ${scalar(folder)}`),
    ...envLines(recipe.env ?? {}, "  "),
    "  # Hosts that set-up may reach; nothing else has a network.",
    "  egress:",
    ...recipe.egress.map((host) => `    - ${scalar(host)}`),
  ];
};

const readLines = ({ read, notes }: Detected): string[] => [
  "",
  "# What the fence shows of this machine besides the system: toolchains and agents, read-only.",
  "# Of your home only places of tools; others are for your own configuration to show.",
  ...(read.length === 0
    ? ["#sandbox:", "#  read: [~/.nvm/versions/node/v24.0.0]"]
    : [
        "sandbox:",
        "  read:",
        ...read.map(({ path, why }) => `    - ${scalar(path)} # ${oneLine(why)}`),
      ]),
  ...noteLines(notes),
];

const OTHERS = [
  "# merge:",
  "#   to: target               # or branch: leave a ready branch for your own way of merging",
  "# workflow: spec-first       # for a run that names none",
  "# limits:",
  "#   turnMinutes: 60          # longest turn of an agent",
  "# protected: [deploy/**]     # more files whose change waits for a person",
];

const envLines = (env: Readonly<Record<string, string>>, indent: string): string[] => {
  const entries = Object.entries(env);
  if (entries.length === 0) return [];
  return [
    `${indent}env:`,
    ...entries.map(([name, value]) => `${indent}  ${name}: ${scalar(value)}`),
  ];
};

/** A text as YAML on one line. */
const scalar = (text: string): string =>
  text.includes("\n") ? JSON.stringify(text) : stringify(text, { lineWidth: 0 }).trimEnd();

/** For comments: nothing found on a disk may end one. */
const oneLine = (text: string): string => text.replaceAll(/\s+/gu, " ");
