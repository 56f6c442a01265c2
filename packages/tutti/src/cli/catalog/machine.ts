/** Commands about the project, this machine and Tutti itself. */
import type { CommandSpec } from "../command-spec.ts";
import { AGENTS } from "./agents.ts";
import { KEYS } from "./keys.ts";
import { OPEN, TOKENS } from "./web.ts";

const WORKFLOW_EXAMPLE = { command: "tutti workflows show spec-first", about: "Read one" };

export const MACHINE: readonly CommandSpec[] = [
  OPEN,
  {
    name: "project",
    about: "Show what holds in this project: roles, agents, checks, policies, workflows",
    details:
      "As it is committed on the branch that is checked out: what a run that starts now would have. Names are those of .tutti/config.yaml.",
    examples: [
      { command: "tutti project", about: "The project of this folder" },
      { command: "tutti project --json", about: "For a program" },
    ],
    load: () => import("../commands/project.ts"),
  },
  {
    name: "projects",
    about: "List the projects that have runs",
    examples: [{ command: "tutti projects", about: "The newest first" }],
    load: () => import("../commands/projects.ts"),
  },
  {
    name: "init",
    about: "Write .tutti/config.yaml for this project",
    details:
      "Finds the project's checks and toolchains and writes them down with comments. Never overwrites a file; folders of tools that a repository alone must not show inside the fence are added to your own configuration.",
    options: [{ flags: "--print", about: "Print the file instead of writing it" }],
    examples: [
      { command: "tutti init", about: "Then read the file, commit it, and run `tutti doctor`" },
      { command: "tutti init --print", about: "Only look" },
    ],
    load: () => import("../commands/init.ts"),
  },
  {
    name: "doctor",
    about: "Check this machine, the configuration, every check and every agent",
    details:
      "Runs each configured check and each agent's handshake once inside the fence, to prove that they work there.",
    options: [{ flags: "--quick", about: "Do not run the checks and agents" }],
    examples: [{ command: "tutti doctor", about: "Says what is wrong and how to mend it" }],
    load: () => import("../commands/doctor.ts"),
  },
  {
    name: "demo",
    about: "Run the whole workflow on a sample repository with scripted agents",
    details:
      "Creates a sample repository with a real defect, starts the daemon and shows every step. The agents are scripted programs, and said to be.",
    isPassedOn: true,
    options: [
      { flags: "--once", about: "End the daemon after the run; 0 only if the merge holds" },
      {
        flags: "--sample <name>",
        about: "`bill` (the default), or a published package: `minimist`, `shell-quote`",
      },
      { flags: "--interactive", about: "Ask you for the approvals" },
      { flags: "--data <folder>", about: "Keep everything there, not in a temporary folder" },
      { flags: "--keep", about: "With --once: do not remove the temporary folder" },
    ],
    examples: [
      { command: "tutti demo --once", about: "One run, then exit" },
      {
        command: "tutti demo --sample minimist --once",
        about: "On a published package with a real defect",
      },
    ],
    load: () => import("../commands/demo.ts"),
  },
  {
    name: "workflows",
    about: "List, read and check workflow files",
    examples: [{ command: "tutti workflows ls", about: "What there is" }, WORKFLOW_EXAMPLE],
    commands: [
      {
        name: "ls",
        about: "List the workflows: of the project, of yours, built in",
        examples: [{ command: "tutti workflows ls", about: "The nearest file wins" }],
        load: () => import("../commands/workflows-ls.ts"),
      },
      {
        name: "show",
        about: "Print a workflow file",
        args: [{ name: "name", about: "Name of the workflow", isRequired: true }],
        examples: [WORKFLOW_EXAMPLE],
        load: () => import("../commands/workflows-show.ts"),
      },
      {
        name: "lint",
        about: "Check workflow files",
        args: [
          { name: "file", about: "By default every file in .tutti/workflows", isVariadic: true },
        ],
        examples: [
          {
            command: "tutti workflows lint .tutti/workflows/ours.md",
            about: "Names line, problem and mend",
          },
        ],
        load: () => import("../commands/workflows-lint.ts"),
      },
    ],
  },
  AGENTS,
  KEYS,
  TOKENS,
  {
    name: "serve",
    about: "Run the daemon in this terminal; other commands start it by themselves",
    options: [{ flags: "--port <port>", about: "Where the command center is to listen" }],
    examples: [{ command: "tutti serve", about: "Until Ctrl-C" }],
    load: () => import("../commands/serve.ts"),
  },
  {
    name: "stop",
    about: "End the daemon; runs go on when it is started again",
    examples: [{ command: "tutti stop", about: "Nothing is lost" }],
    load: () => import("../commands/stop.ts"),
  },
  {
    name: "gc",
    about: "Remove leftover workspaces that no run needs",
    examples: [{ command: "tutti gc", about: "Parked work stays" }],
    load: () => import("../commands/gc.ts"),
  },
  {
    name: "completion",
    about: "Print the completion script of a shell",
    args: [{ name: "shell", about: "bash, zsh or fish", isRequired: true }],
    examples: [
      { command: "source <(tutti completion bash)", about: "For this bash" },
      {
        command: "tutti completion fish > ~/.config/fish/completions/tutti.fish",
        about: "For every fish",
      },
    ],
    load: () => import("../commands/completion.ts"),
  },
  {
    name: "version",
    about: "Print the version",
    examples: [{ command: "tutti version", about: "The same as `tutti --version`" }],
    load: () => import("../commands/version.ts"),
  },
  {
    name: "help",
    about: "Explain a command",
    args: [{ name: "command", about: "For example `run` or `permit allow`", isVariadic: true }],
    examples: [{ command: "tutti help run", about: "The same as `tutti run --help`" }],
    load: () => import("../commands/help.ts"),
  },
];
