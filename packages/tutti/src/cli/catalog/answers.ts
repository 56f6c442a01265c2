/** Commands that answer what a run asks. */
import type { CommandSpec, OptionSpec } from "../command-spec.ts";
import { RUN_ARGUMENT, WAIT_OPTION } from "./everyday.ts";

const COMMENT_OPTION: OptionSpec = {
  flags: "-m, --comment <text>",
  about: "Your words; they go to the agents and on the record",
};
const REASON_OPTION: OptionSpec = {
  flags: "-m, --reason <text>",
  about: "Why; kept on the record",
};
const SUBJECT_OPTION: OptionSpec = {
  flags: "--subject <hash>",
  about: "Answer only if this is still what is asked about (its first digits are enough)",
};
const WHAT_ARGUMENT = {
  name: "what",
  about: "A step, or `guard`; by default the one thing that waits",
};
const PERMISSION_ARGUMENT = { name: "permission", about: "By default the one that waits" };
const OPTION_OPTION: OptionSpec = {
  flags: "--option <id>",
  about: "One of the agent's own options",
};

export const ANSWERS: readonly CommandSpec[] = [
  {
    name: "approve",
    about: "Proceed: approve artifacts, the merge, or an exception",
    details:
      "An approval is bound to the hashes of exactly what waits now; it is void when that changes.",
    args: [RUN_ARGUMENT, WHAT_ARGUMENT],
    options: [
      COMMENT_OPTION,
      SUBJECT_OPTION,
      { flags: "--degraded", about: "Go on without a foreign reviewer; needs a comment" },
      WAIT_OPTION,
    ],
    examples: [
      { command: "tutti approve", about: "The one thing that waits in this project" },
      {
        command: "tutti approve r-4k2m approve-spec --wait",
        about: "One step, then follow the run",
      },
      {
        command: 'tutti approve r-4k2m guard -m "the old test was wrong"',
        about: "Allow a change to a test",
      },
    ],
    load: () => import("../commands/approve.ts"),
  },
  {
    name: "reject",
    about: "Ask for changes: send the work back with your words",
    args: [RUN_ARGUMENT, WHAT_ARGUMENT],
    options: [
      COMMENT_OPTION,
      SUBJECT_OPTION,
      { flags: "--cancel", about: "Cancel the run instead of asking for changes" },
      WAIT_OPTION,
    ],
    examples: [
      {
        command: 'tutti reject r-4k2m approve-spec -m "also cover IPv6"',
        about: "The specification",
      },
      { command: 'tutti reject r-4k2m -m "keep the old flag working"', about: "The candidate" },
    ],
    load: () => import("../commands/reject.ts"),
  },
  {
    name: "comment",
    about: "Leave a comment on a run",
    args: [RUN_ARGUMENT, { name: "text", about: "Your words", isRequired: true }],
    options: [
      { flags: "--on <what>", about: "A step, an artifact or a finding (default: the run)" },
    ],
    examples: [
      {
        command: 'tutti comment r-4k2m "see also the older report" --on spec.md',
        about: "On an artifact",
      },
    ],
    load: () => import("../commands/comment.ts"),
  },
  {
    name: "tell",
    about: "Say something to the agent that works now",
    args: [RUN_ARGUMENT, { name: "text", about: "Your words", isRequired: true }],
    options: [
      { flags: "--step <step>", about: "The step it works on; needed when several work" },
      { flags: "--now", about: "Interrupt it, instead of waiting until it has answered" },
    ],
    examples: [
      {
        command: 'tutti tell r-4k2m "the old flag stays as well"',
        about: "Told in the same session, when its present answer ends",
      },
      { command: 'tutti tell r-4k2m "stop: not in that file" --now', about: "At once" },
    ],
    load: () => import("../commands/tell.ts"),
  },
  {
    name: "unsay",
    about: "Take back what you said to an agent, while it waits to be given",
    details:
      "What an agent was given cannot be taken back; `tutti show` tells which that is. Without a message it is the only one that waits.",
    args: [RUN_ARGUMENT, { name: "message", about: "For example M1" }],
    examples: [
      { command: "tutti unsay r-4k2m", about: "The only one that waits" },
      { command: "tutti unsay r-4k2m M2", about: "One of several" },
    ],
    load: () => import("../commands/unsay.ts"),
  },
  {
    name: "opinion",
    about: "Ask a model of another family whether a finding holds; kept as a comment on it",
    details:
      "Asks an agent of the run's project that is a model API (`api:`). No verdict changes by it: those follow from what Tutti ran.",
    args: [RUN_ARGUMENT, { name: "finding", about: "For example F1", isRequired: true }],
    options: [{ flags: "--agent <name>", about: "Whom to ask; by default one of another family" }],
    examples: [{ command: "tutti opinion r-4k2m F1", about: "On an unproven claim" }],
    load: () => import("../commands/opinion.ts"),
  },
  {
    name: "answer",
    about: "Answer a question of an agent",
    details:
      "The fields of its form are listed by `tutti show RUN`. Give each as NUMBER=WORDS; with one field the words alone. A list of choices is given by naming the field for each. A field that is not named has the value that the agent proposes; `2=` leaves out one that may be.",
    args: [
      RUN_ARGUMENT,
      { name: "question", about: "By default the one that waits" },
      { name: "value", about: "Such as 1=WORDS", isVariadic: true },
    ],
    options: [
      { flags: "--decline", about: "Give no answer: the agent decides by itself" },
      WAIT_OPTION,
    ],
    examples: [
      { command: 'tutti answer r-4k2m "keep the old format"', about: "The one that waits" },
      { command: "tutti answer r-4k2m q-8d3k 1=sqlite 2=yes", about: "Several fields" },
      { command: "tutti answer r-4k2m --decline", about: "Let the agent decide" },
    ],
    load: () => import("../commands/answer.ts"),
  },
  {
    name: "permit",
    about: "Answer what agents ask permission for, and refused hosts",
    examples: [
      { command: "tutti permit ls", about: "What waits" },
      { command: "tutti permit allow r-4k2m", about: "Allow it once" },
    ],
    commands: [
      {
        name: "ls",
        about: "List what agents ask permission for, and hosts that were refused",
        examples: [{ command: "tutti permit ls", about: "In every project" }],
        load: () => import("../commands/permit-ls.ts"),
      },
      {
        name: "allow",
        about: "Allow it once, or a host from now on",
        args: [RUN_ARGUMENT, PERMISSION_ARGUMENT],
        options: [
          OPTION_OPTION,
          { flags: "--always", about: "From now on in this run" },
          { flags: "--project", about: "From now on in every run of the project" },
        ],
        examples: [
          { command: "tutti permit allow r-4k2m", about: "The one that waits" },
          {
            command: "tutti permit allow r-4k2m egress:pypi.org:443 --project",
            about: "A host, for all runs of the project",
          },
        ],
        load: () => import("../commands/permit-allow.ts"),
      },
      {
        name: "deny",
        about: "Refuse it",
        args: [RUN_ARGUMENT, PERMISSION_ARGUMENT],
        options: [
          OPTION_OPTION,
          { flags: "--always", about: "From now on in this run" },
          { flags: "--project", about: "From now on in every run of the project" },
        ],
        examples: [{ command: "tutti permit deny r-4k2m", about: "The one that waits" }],
        load: () => import("../commands/permit-deny.ts"),
      },
    ],
  },
  {
    name: "budget",
    about: "Let a run take more than its budget",
    examples: [{ command: "tutti budget raise r-4k2m --usd 10", about: "And go on" }],
    commands: [
      {
        name: "raise",
        about: "Set a higher limit for this run; what stopped for the lower one goes on",
        args: [RUN_ARGUMENT],
        options: [
          { flags: "--usd <amount>", about: "US dollars" },
          { flags: "--tokens <number>", about: "Tokens, sent and received" },
          { flags: "--minutes <number>", about: "Minutes of agents' turns" },
          { flags: "--day", about: "The limit of all runs of the day, as far as this run goes" },
          WAIT_OPTION,
        ],
        examples: [
          { command: "tutti budget raise r-4k2m --usd 10 --wait", about: "And follow the run" },
        ],
        load: () => import("../commands/budget-raise.ts"),
      },
    ],
  },
  {
    name: "retry",
    about: "Try again what failed",
    args: [RUN_ARGUMENT, { name: "step", about: "By default everything that failed" }],
    options: [{ flags: "-m, --note <text>", about: "A hint for the next attempt" }, WAIT_OPTION],
    examples: [
      { command: 'tutti retry r-4k2m build -m "the fixture is in test/data"', about: "One step" },
    ],
    load: () => import("../commands/retry.ts"),
  },
  {
    name: "waive",
    about: "Go on without a step, or in spite of a finding",
    args: [
      RUN_ARGUMENT,
      { name: "what", about: "A step, or a finding such as F2", isRequired: true },
    ],
    options: [REASON_OPTION, WAIT_OPTION],
    examples: [
      { command: 'tutti waive r-4k2m F2 -m "accepted until the next release"', about: "A finding" },
    ],
    load: () => import("../commands/waive.ts"),
  },
  {
    name: "rerun",
    about: "Run the evidence of a finding again, on the base and on the present candidate",
    details:
      "What it shows is kept beside what was run before. The verdict and the gate follow: on the same candidate all runs count together, so one that passes among those that fail makes it flaky.",
    args: [RUN_ARGUMENT, { name: "finding", about: "Such as F2", isRequired: true }],
    options: [WAIT_OPTION],
    examples: [{ command: "tutti rerun r-4k2m F2 --wait", about: "And see what follows" }],
    load: () => import("../commands/rerun.ts"),
  },
  {
    name: "renew",
    about: "Answer for a stale step: it still holds, or it runs again",
    args: [RUN_ARGUMENT, { name: "step", about: "The stale step", isRequired: true }],
    options: [
      { flags: "--holds", about: "What it made still holds" },
      { flags: "--again", about: "Run it again on top" },
      WAIT_OPTION,
    ],
    examples: [{ command: "tutti renew r-4k2m plan --holds", about: "The plan is still good" }],
    load: () => import("../commands/renew.ts"),
  },
  {
    name: "merge",
    about: "Try the merge again after a refusal or a conflict",
    args: [RUN_ARGUMENT],
    options: [WAIT_OPTION],
    examples: [
      { command: "tutti merge r-4k2m --wait", about: "After committing or stashing your own work" },
    ],
    load: () => import("../commands/merge.ts"),
  },
];
