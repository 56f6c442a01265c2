/** Commands that steer a run and let a person work in it. */
import type { CommandSpec } from "../command-spec.ts";
import { RUN_ARGUMENT, WAIT_OPTION } from "./everyday.ts";

export const WORK: readonly CommandSpec[] = [
  {
    name: "take",
    about: "Work in the run's workspace yourself; no agent writes meanwhile",
    args: [RUN_ARGUMENT],
    examples: [{ command: 'cd "$(tutti take r-4k2m)"', about: "Go there: its path is the output" }],
    load: () => import("../commands/take.ts"),
  },
  {
    name: "give",
    about: "Give the workspace back: your work becomes a checkpoint, and every gate runs again",
    args: [RUN_ARGUMENT],
    options: [WAIT_OPTION],
    examples: [{ command: "tutti give r-4k2m --wait", about: "And see what the gates say" }],
    load: () => import("../commands/give.ts"),
  },
  {
    name: "leave-out",
    about: "Leave files or hunks of the change out: it makes a new candidate by you",
    details:
      "Hunks are counted from 1 in `tutti diff RUN --file FILE`. Every gate runs again on the new candidate. Parts of a binary file, and a name or a mode, go with the whole file only.",
    args: [RUN_ARGUMENT, { name: "part", about: "FILE, or FILE:1,3", isVariadic: true }],
    options: [
      { flags: "-m, --reason <text>", about: "Why; it goes to the agents and on the record" },
      WAIT_OPTION,
    ],
    examples: [
      { command: "tutti leave-out r-4k2m src/parse.js:2 -m 'not asked for'", about: "One hunk" },
      { command: "tutti leave-out r-4k2m notes.txt src/a.js:1,3", about: "A file, and two hunks" },
    ],
    load: () => import("../commands/leave-out.ts"),
  },
  {
    name: "put-back",
    about: "Take back what was left out last: the candidate is what it was before",
    args: [RUN_ARGUMENT],
    options: [WAIT_OPTION],
    examples: [{ command: "tutti put-back r-4k2m", about: "Every gate runs again" }],
    load: () => import("../commands/put-back.ts"),
  },
  {
    name: "seen",
    about: "Say that you have read files or hunks of the change, or see what you have read",
    details:
      "Your approval tells how much it was. Hunks are counted from 1 in `tutti diff RUN --file FILE`. The command center says it by itself. Another candidate begins anew.",
    args: [RUN_ARGUMENT, { name: "part", about: "FILE, or FILE:1,3", isVariadic: true }],
    examples: [
      { command: "tutti seen r-4k2m src/parse.js notes.txt:1", about: "A file, and a hunk" },
      { command: "tutti seen r-4k2m", about: "What you have seen so far, in any browser too" },
    ],
    load: () => import("../commands/seen.ts"),
  },
  {
    name: "shell",
    about: "Open a terminal inside the fence of a run",
    details:
      "The work tree is read-only unless you have taken it with `tutti take`; giving it back ends the terminal. Who opened one is in the record of the run. Without a terminal it runs the script that it reads from standard input, and ends with its exit code.",
    args: [RUN_ARGUMENT],
    options: [{ flags: "--list", about: "List the terminals of the run; open none" }],
    examples: [
      { command: "tutti shell r-4k2m", about: "See what the agents and checks see" },
      { command: "tutti shell r-4k2m < try.sh", about: "Run a script there" },
      { command: "tutti shell r-4k2m --list", about: "Which terminals are open, and whose" },
    ],
    load: () => import("../commands/shell.ts"),
  },
  {
    name: "amend",
    about: "Replace an artifact of a run, such as the specification or the plan",
    details:
      "What rests on it becomes stale; its approval is void. With `-` the text comes from standard input.",
    args: [
      RUN_ARGUMENT,
      { name: "name", about: "Name of the artifact", isRequired: true },
      { name: "file", about: "File with the new text, or `-`", isRequired: true },
    ],
    examples: [
      { command: "tutti amend r-4k2m spec.md my-spec.md", about: "Put your own text in its place" },
    ],
    load: () => import("../commands/amend.ts"),
  },
  {
    name: "pause",
    about: "Start nothing new in a run; what is under way ends first",
    args: [RUN_ARGUMENT],
    options: [
      { flags: "-m, --reason <text>", about: "Why" },
      { flags: "--all", about: "Every run of every project that has not ended" },
      { flags: "--now", about: "End what agents are doing at once; it goes on as a new attempt" },
    ],
    examples: [
      { command: "tutti pause r-4k2m", about: "Go on later with `tutti resume`" },
      { command: "tutti pause --all --now", about: "Stop everything" },
    ],
    load: () => import("../commands/pause.ts"),
  },
  {
    name: "resume",
    about: "Go on with a paused run",
    args: [RUN_ARGUMENT],
    options: [{ flags: "--all", about: "Every paused run" }, WAIT_OPTION],
    examples: [
      { command: "tutti resume r-4k2m --wait", about: "And follow it" },
      { command: "tutti resume --all", about: "After `tutti pause --all`" },
    ],
    load: () => import("../commands/resume.ts"),
  },
  {
    name: "cancel",
    about: "End a run; its commits are parked, never lost",
    args: [RUN_ARGUMENT],
    options: [{ flags: "-m, --reason <text>", about: "Why" }, WAIT_OPTION],
    examples: [{ command: 'tutti cancel r-4k2m -m "solved otherwise"', about: "With a reason" }],
    load: () => import("../commands/cancel.ts"),
  },
];
