/** Commands for finding things, and for looking closely at a change. */
import type { CommandSpec } from "../command-spec.ts";
import { CURSOR_OPTION, LIMIT_OPTION, RUN_ARGUMENT } from "./everyday.ts";

export const LOOKING: readonly CommandSpec[] = [
  {
    name: "checkpoints",
    about: "List the checkpoints of a run: the work of each attempt and of each person",
    args: [RUN_ARGUMENT],
    examples: [
      { command: "tutti checkpoints r-4k2m", about: "Then `tutti diff r-4k2m --from … --to …`" },
    ],
    load: () => import("../commands/checkpoints.ts"),
  },
  {
    name: "blame",
    about: "Show which checkpoint brought the lines of a file, and who wrote it",
    args: [RUN_ARGUMENT, { name: "file", about: "Path in the repository", isRequired: true }],
    options: [
      { flags: "--from <commit>", about: "Since this commit instead of the base" },
      { flags: "--to <commit>", about: "Of this commit instead of the newest checkpoint" },
    ],
    examples: [{ command: "tutti blame r-4k2m src/parse.js", about: "Line by line" }],
    load: () => import("../commands/blame.ts"),
  },
  {
    name: "conflicts",
    about: "Show what a merge into the target branch would meet at this moment",
    args: [RUN_ARGUMENT],
    examples: [{ command: "tutti conflicts r-4k2m", about: "Before you approve the merge" }],
    load: () => import("../commands/conflicts.ts"),
  },
  {
    name: "fleet",
    about: "Show every turn that has not ended, of all runs: who works on what, and since when",
    examples: [
      { command: "tutti fleet", about: "What happens now" },
      { command: "tutti fleet --json", about: "For a program" },
    ],
    load: () => import("../commands/fleet.ts"),
  },
  {
    name: "search",
    about: "Find runs, findings, artifacts and changed files that have every word",
    args: [{ name: "words", about: "What to look for", isRequired: true, isVariadic: true }],
    options: [LIMIT_OPTION],
    examples: [
      { command: "tutti search empty port", about: "In all runs, the newest first" },
      { command: "tutti search src/parse.js --json", about: "For a program" },
    ],
    load: () => import("../commands/search.ts"),
  },
  {
    name: "audit",
    about: "Show who did what, the newest first",
    details:
      "Also what was done outside every run: tokens that were made and removed, keys that were stored and removed. What a program did with a token names it.",
    args: [{ ...RUN_ARGUMENT, about: "Run id or the beginning of one; by default all runs" }],
    options: [
      {
        flags: "--actor <who>",
        about: "Only people, only agents, or only Tutti",
        choices: ["person", "agent", "system"],
      },
      LIMIT_OPTION,
      CURSOR_OPTION,
    ],
    examples: [
      { command: "tutti audit --actor person", about: "What people did, in all runs" },
      { command: "tutti audit r-4k2m --json", about: "One run, for a program" },
    ],
    load: () => import("../commands/audit.ts"),
  },
];
