/** Commands for starting tasks and looking at them. */
import type { CommandSpec, OptionSpec } from "../command-spec.ts";
import { USAGE_GROUPS } from "../usage-groups.ts";

export const RUN_ARGUMENT = {
  name: "run",
  about: "Run id or the beginning of one; by default the run of this project",
};

export const WAIT_OPTION: OptionSpec = {
  flags: "--wait",
  about: "Stay until the run ends or needs you, and show its progress",
};

export const LIMIT_OPTION: OptionSpec = {
  flags: "--limit <number>",
  about: "At most this many (default 50)",
};

export const CURSOR_OPTION: OptionSpec = {
  flags: "--cursor <next>",
  about: "Go on after the page before, which tells it; `next` with --json",
};

export const EVERYDAY: readonly CommandSpec[] = [
  {
    name: "run",
    about: "Start a task",
    details:
      "Takes the text as the task and starts a run of the workflow on the present commit. With `-` the text comes from standard input.",
    args: [
      { name: "text", about: "What you want, in your words", isRequired: true, isVariadic: true },
    ],
    options: [
      { flags: "--title <text>", about: "Short name of the task; by default its first line" },
      { flags: "--workflow <name>", about: "Workflow to run; `tutti workflows ls` lists them" },
      {
        flags: "--base <ref>",
        about: "Branch, tag or commit to start from; by default the target",
      },
      { flags: "--target <branch>", about: "Branch to merge into; by default the present one" },
      {
        flags: "--to <where>",
        about: "Move the target branch, or leave a ready branch beside it",
        choices: ["target", "branch"],
      },
      {
        flags: "--author <agent>",
        about: "Who writes in this run; by default the configured one. `tutti agents` lists them",
      },
      {
        flags: "--reviewer <agents>",
        about: "Who reviews in this run, in this order, separated by commas",
      },
      {
        flags: "--isolation <level>",
        about: "`none` runs agents and checks without the fence; shown and recorded",
        choices: ["sandbox", "none"],
      },
      WAIT_OPTION,
    ],
    examples: [
      { command: 'tutti run "Fix: an empty --port crashes the server"', about: "Start a task" },
      { command: 'tutti run "Add a --quiet flag" --workflow quick --wait', about: "And watch it" },
      { command: "tutti run - < task.md", about: "Take the text from a file" },
      {
        command: 'tutti run "Add a --quiet flag" --author codex --reviewer claude-code,gemini',
        about: "Other agents than usual",
      },
    ],
    load: () => import("../commands/run.ts"),
  },
  {
    name: "advise",
    about: "Ask a model how big a task is, what to call it, and which workflow fits",
    details:
      "Asks an agent of the project that is a model API (`api:`), metered like any other. It starts nothing. With `-` the text comes from standard input.",
    args: [
      { name: "text", about: "What you want, in your words", isRequired: true, isVariadic: true },
    ],
    options: [{ flags: "--agent <name>", about: "Whom to ask; by default the first model API" }],
    examples: [
      { command: 'tutti advise "Rename --colour to --color"', about: "Before `tutti run`" },
    ],
    load: () => import("../commands/advise.ts"),
  },
  {
    name: "tasks",
    about: "List the runs",
    options: [
      { flags: "--all", about: "Of every project, not only of this one" },
      { flags: "--state <states>", about: "Only these states, separated by commas" },
      LIMIT_OPTION,
      CURSOR_OPTION,
    ],
    examples: [
      { command: "tutti tasks", about: "The runs of this project, newest first" },
      { command: "tutti tasks --all --state waiting", about: "Everything that waits for you" },
      { command: "tutti tasks --json", about: "The same for a program" },
    ],
    load: () => import("../commands/tasks.ts"),
  },
  {
    name: "landings",
    about: "List what is on its way into a branch, and what was merged last",
    details:
      "The merge train over all tasks: each with nothing but its merge ahead, in order, with its state and what holds it up.",
    examples: [
      { command: "tutti landings", about: "What lands next" },
      { command: "tutti landings --json", about: "The same for a program" },
    ],
    load: () => import("../commands/landings.ts"),
  },
  {
    name: "show",
    about: "Show a run: steps, contract, checks, findings, what needs you",
    args: [RUN_ARGUMENT],
    options: [
      { flags: "--artifact <name>", about: "Print one artifact, such as spec.md" },
      {
        flags: "--transcript [session]",
        about: "Print what was said in the newest session, or in the newest one of this step",
      },
      { flags: "--sessions", about: "List the sessions of the run" },
      { flags: "--blob <hash>", about: "Print what is stored by this hash, such as an output" },
    ],
    examples: [
      { command: "tutti show", about: "The newest run of this project" },
      { command: "tutti show r-4k2m --artifact spec.md", about: "Read the specification" },
      { command: "tutti show r-4k2m --transcript build", about: "Read what the author did" },
      { command: "tutti show r-4k2m --json", about: "Everything about it as one document" },
    ],
    load: () => import("../commands/show.ts"),
  },
  {
    name: "watch",
    about: "Follow what happens, line by line",
    details: "Ends when the run ends. Without a run it follows all of them until Ctrl-C.",
    args: [{ ...RUN_ARGUMENT, about: "Run id or the beginning of one; by default all runs" }],
    options: [{ flags: "--after <number>", about: "Begin after this event; 0 tells everything" }],
    examples: [
      { command: "tutti watch r-4k2m", about: "One run" },
      { command: "tutti watch --json", about: "Every event of every run, one JSON object a line" },
    ],
    load: () => import("../commands/watch.ts"),
  },
  {
    name: "usage",
    about: "Show what models took: tokens, cost, requests, errors, time",
    details:
      "Of one run, or of all. What went through Tutti's gateway is metered; what agents with a login of their own say is shown beside it and never added to it.",
    args: [{ ...RUN_ARGUMENT, about: "Run id or the beginning of one; by default all runs" }],
    options: [
      {
        flags: "--by <what>",
        about: "A row for each (default: step of one run, model of all)",
        choices: USAGE_GROUPS,
      },
      { flags: "--since <time>", about: "Only requests of the last 90m, 24h, 7d or 2w" },
    ],
    examples: [
      { command: "tutti usage r-4k2m", about: "One run, step by step" },
      { command: "tutti usage --by family --since 7d", about: "All runs of a week" },
      { command: "tutti usage r-4k2m --by agent --json", about: "For a program" },
    ],
    load: () => import("../commands/usage.ts"),
  },
  {
    name: "diff",
    about: "Show what a run changed",
    args: [RUN_ARGUMENT],
    options: [
      { flags: "--stat", about: "Only the names of the files, with their numbers of lines" },
      { flags: "--file <path>", about: "Only this file, whole" },
      { flags: "--from <commit>", about: "Compare with this commit instead of the base" },
      { flags: "--to <commit>", about: "Show this commit instead of the newest checkpoint" },
    ],
    examples: [
      { command: "tutti diff", about: "The candidate against its base" },
      { command: "tutti diff r-4k2m --stat", about: "Which files" },
      { command: "tutti diff r-4k2m --file src/parse.js", about: "One of them" },
    ],
    load: () => import("../commands/diff.ts"),
  },
];
