/** The commented `.tutti/config.yaml` that `tutti init` writes. */
import { stringify } from "yaml";
import type { Detected } from "./detect/detect.ts";

/** Text of the file. It parses without errors; what was not found stands there as an example in comments. */
export const renderConfig = (detected: Detected): string =>
  [
    "# Rules of this project for Tutti. Commit this file: a run reads it from the commit that it",
    "# starts from, so nobody changes the rules of a run that is under way.",
    "",
    ...agentLines(detected),
    "",
    ...checkLines(detected),
    "",
    ...recipeLines(detected),
    ...readLines(detected),
    "",
    ...OTHERS,
    "",
  ].join("\n");

const agentLines = ({ agents }: Detected): string[] => {
  const examples = agents.length > 0 ? agents : EXAMPLES;
  const [author, rival] = [examples[0]?.name ?? "alto", examples[1]?.name ?? "tenor"];
  return [
    "# Agents: any program that speaks ACP on its standard input and output. `family` is the maker of",
    "# the model behind it: a review only counts by another family than the author's. Agents and their",
    "# keys may stand in your own configuration instead (~/.config/tutti/config.yaml).",
    ...(agents.length > 0 ? ["# Found on this machine:"] : []),
    "#agents:",
    ...examples.map(
      (agent) =>
        `#  ${agent.name}: { command: ${JSON.stringify(agent.command)}, family: ${agent.family}, egress: ${JSON.stringify(agent.egress)} }`,
    ),
    "#roles:",
    `#  planner: ${author}`,
    `#  author: ${author}`,
    `#  reviewer: [${rival}]`,
  ];
};

const EXAMPLES = [
  {
    name: "alto",
    command: ["node", "alto.mjs"],
    family: "anthropic",
    egress: ["api.example.com:443"],
  },
  { name: "tenor", command: ["node", "tenor.mjs"], family: "openai", egress: [] },
] as const;

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
  "# Folders that only you have belong into your own configuration.",
  ...(read.length === 0
    ? ["#sandbox:", "#  read: [~/.nvm/versions/node/v24.0.0]"]
    : [
        "sandbox:",
        "  read:",
        ...read.map(({ path, why }) => `    - ${scalar(path)} # ${oneLine(why)}`),
      ]),
  ...notes.map((note) => `# Note: ${oneLine(note)}`),
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
