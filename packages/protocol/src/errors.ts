/** Every stable error code with its HTTP status, CLI exit code and what to do next. */
import { EXIT_CODES } from "./exit-codes.ts";
import { ASKED_ERRORS } from "./asked-errors.ts";
import { MODEL_ERRORS } from "./model-errors.ts";
import { DIFF_ERRORS } from "./diff-errors.ts";
import { MESSAGE_ERRORS } from "./message-errors.ts";
import { SECRET_ERRORS } from "./secret-errors.ts";
import { TERMINAL_ERRORS } from "./terminal-errors.ts";
import { WEB_ERRORS } from "./web-errors.ts";

export const EXIT = EXIT_CODES;

type Row = { status: number; exit: number; mend: string };

export const ERRORS = {
  ...MODEL_ERRORS,
  ...ASKED_ERRORS,
  ...DIFF_ERRORS,
  ...MESSAGE_ERRORS,
  ...SECRET_ERRORS,
  ...TERMINAL_ERRORS,
  ...WEB_ERRORS,
  "request.unknown": {
    status: 404,
    exit: EXIT.usage,
    mend: "The address is not part of this interface; see `tutti help`.",
  },
  "request.too-large": {
    status: 413,
    exit: EXIT.usage,
    mend: "Send less: the limit is named in the message.",
  },
  usage: { status: 400, exit: EXIT.usage, mend: "See `tutti help`." },
  internal: {
    status: 500,
    exit: EXIT.failed,
    mend: "This is a defect of Tutti. Please report it with the log named by `tutti doctor`.",
  },
  "run.unknown": { status: 404, exit: EXIT.usage, mend: "List the runs with `tutti tasks`." },
  "run.finished": {
    status: 409,
    exit: EXIT.conflict,
    mend: "The run has ended; start a new one with `tutti run`.",
  },
  "run.exists": {
    status: 409,
    exit: EXIT.conflict,
    mend: "Nothing to do: this run was started already.",
  },
  "run.merging": {
    status: 409,
    exit: EXIT.conflict,
    mend: "The merge takes a moment. See its outcome with `tutti show RUN`.",
  },
  "run.not-paused": {
    status: 409,
    exit: EXIT.conflict,
    mend: "See its state with `tutti show RUN`.",
  },
  "run.paused": { status: 409, exit: EXIT.conflict, mend: "Resume it with `tutti resume RUN`." },
  "actor.not-allowed": { status: 403, exit: EXIT.policy, mend: "Only a person can do this." },
  "step.unknown": { status: 404, exit: EXIT.usage, mend: "See the steps with `tutti show RUN`." },
  "step.not-open": {
    status: 409,
    exit: EXIT.conflict,
    mend: "See what the run waits for with `tutti show RUN`.",
  },
  "approval.moved": {
    status: 409,
    exit: EXIT.conflict,
    mend: "What you looked at has changed since. Look again with `tutti show RUN`, then answer.",
  },
  "approval.not-open": {
    status: 409,
    exit: EXIT.conflict,
    mend: "Nothing waits for this approval now. See `tutti show RUN`.",
  },
  "review.blocked": {
    status: 403,
    exit: EXIT.policy,
    mend: "The project's rules want a rival (`review.whenUnavailable: block`). Name a reviewer of another family for the next run.",
  },
  "effect.unknown": {
    status: 409,
    exit: EXIT.conflict,
    mend: "The effect was settled or cancelled before.",
  },
  "finding.unknown": {
    status: 404,
    exit: EXIT.usage,
    mend: "See the findings with `tutti show RUN`.",
  },
  "artifact.unknown": {
    status: 404,
    exit: EXIT.usage,
    mend: "See what the run has with `tutti show RUN`.",
  },
  "session.unknown": {
    status: 404,
    exit: EXIT.usage,
    mend: "See the sessions with `tutti show RUN --transcript`.",
  },
  "blob.unknown": { status: 404, exit: EXIT.usage, mend: "Nothing is stored under this hash." },
  "artifact.invalid": {
    status: 422,
    exit: EXIT.usage,
    mend: "Correct the artifact as the message says.",
  },
  "workspace.taken": {
    status: 409,
    exit: EXIT.conflict,
    mend: "Give it back first: `tutti give RUN`.",
  },
  "workspace.busy": {
    status: 409,
    exit: EXIT.conflict,
    mend: "An agent is working in it. Pause the run first: `tutti pause RUN`, and wait for the turn to end.",
  },
  "workspace.not-ready": {
    status: 409,
    exit: EXIT.conflict,
    mend: "The workspace is not there (yet, or any more). See `tutti show RUN`.",
  },
  "repository.none": {
    status: 422,
    exit: EXIT.usage,
    mend: "Run the command inside a git repository, or create one with `git init` and a first commit.",
  },
  "repository.no-commits": {
    status: 422,
    exit: EXIT.usage,
    mend: 'Make a first commit: `git add -A && git commit -m "First commit"`.',
  },
  "repository.bare": {
    status: 422,
    exit: EXIT.usage,
    mend: "Run the command in a clone with a work tree.",
  },
  "repository.detached": {
    status: 422,
    exit: EXIT.usage,
    mend: "Name the branch to merge into with `--target BRANCH`, or check a branch out.",
  },
  "repository.ref": {
    status: 422,
    exit: EXIT.usage,
    mend: "Name an existing branch, tag or commit.",
  },
  "repository.incomplete": {
    status: 422,
    exit: EXIT.failed,
    mend: "Objects are missing and cannot be fetched. Complete the clone (`git fetch --unshallow`, `git fetch --refetch`), then try again.",
  },
  "git.missing": {
    status: 503,
    exit: EXIT.failed,
    mend: "Install git 2.38 or newer (`apt-get install git`).",
  },
  "git.old": {
    status: 503,
    exit: EXIT.failed,
    mend: "Install git 2.38 or newer: older ones cannot compute a merge without a work tree.",
  },
  "git.failed": { status: 500, exit: EXIT.failed, mend: "See the message of git above." },
  "sandbox.missing": {
    status: 503,
    exit: EXIT.failed,
    mend: "Install bubblewrap: `sudo apt-get install bubblewrap` (Debian, Ubuntu), `sudo dnf install bubblewrap` (Fedora).",
  },
  "sandbox.no-userns": {
    status: 503,
    exit: EXIT.failed,
    mend: "Allow unprivileged user namespaces: `sudo sysctl -w kernel.unprivileged_userns_clone=1` or, on Ubuntu 24.04 and newer, install the AppArmor profile `bwrap-userns-restrict`. In a container: run it with `--security-opt seccomp=unconfined --security-opt systempaths=unconfined`.",
  },
  "sandbox.leaks": {
    status: 503,
    exit: EXIT.policy,
    mend: "The fence failed its own test on this machine, so no task is started. See `tutti doctor`.",
  },
  "sandbox.failed": {
    status: 500,
    exit: EXIT.failed,
    mend: "See the message of bubblewrap above and `tutti doctor`.",
  },
  "sandbox.path": {
    status: 422,
    exit: EXIT.usage,
    mend: "Correct `sandbox.read` in .tutti/config.yaml: every entry must exist, hold no secrets and no sockets, and be the folder of a program.",
  },
  "platform.unsupported": {
    status: 503,
    exit: EXIT.failed,
    mend: "Tutti runs on Linux and on WSL2 for now.",
  },
  "config.invalid": {
    status: 422,
    exit: EXIT.usage,
    mend: "Correct the file as the message says; `tutti doctor` checks it again.",
  },
  "config.exists": {
    status: 409,
    exit: EXIT.conflict,
    mend: "Edit it, or look at a fresh one with `tutti init --print`.",
  },
  "config.missing": {
    status: 422,
    exit: EXIT.usage,
    mend: "Write one with `tutti init` and commit it.",
  },
  "workflow.invalid": {
    status: 422,
    exit: EXIT.usage,
    mend: "Correct the file as the message says; `tutti workflows lint` checks it again.",
  },
  "workflow.unknown": {
    status: 404,
    exit: EXIT.usage,
    mend: "List the workflows with `tutti workflows ls`.",
  },
  "role.unassigned": {
    status: 422,
    exit: EXIT.usage,
    mend: "Assign the role to an agent under `roles:` in .tutti/config.yaml.",
  },
  "agent.missing": {
    status: 503,
    exit: EXIT.failed,
    mend: "Install the agent, then `tutti retry RUN`. A `command` corrected in .tutti/config.yaml counts for runs that start after its commit.",
  },
  "agent.hidden": {
    status: 422,
    exit: EXIT.usage,
    mend: "Name what is missing under `sandbox.read`; in .tutti/config.yaml it counts once it is committed.",
  },
  "agent.died": {
    status: 502,
    exit: EXIT.failed,
    mend: "See the transcript with `tutti show RUN --transcript`.",
  },
  "agent.silent": {
    status: 504,
    exit: EXIT.failed,
    mend: "The agent sent nothing for too long. See its transcript; raise `limits.silenceMinutes` if it is only slow.",
  },
  "agent.timeout": {
    status: 504,
    exit: EXIT.failed,
    mend: "The turn took too long. Split the task, or raise `limits.turnMinutes`.",
  },
  "agent.protocol": {
    status: 502,
    exit: EXIT.failed,
    mend: "The agent does not speak ACP version 1 on its standard output. Try its command with `tutti doctor`.",
  },
  "agent.refused": {
    status: 502,
    exit: EXIT.failed,
    mend: "The agent answered with an error. See its transcript.",
  },
  "agent.flood": {
    status: 502,
    exit: EXIT.failed,
    mend: "The agent sent more than the limit. See its transcript.",
  },
  "agent.stopped": {
    status: 502,
    exit: EXIT.failed,
    mend: "The agent's process was ended from outside.",
  },
  "agent.mode": {
    status: 502,
    exit: EXIT.failed,
    mend: "Without this mode the agent cannot work inside the fence. Install the version that `tutti agents` names, then `tutti retry RUN`.",
  },
  "agent.unfenced": {
    status: 403,
    exit: EXIT.policy,
    mend: "This agent asks before nothing, so it runs inside the fence only. Start the run without `--isolation none`, or give the role to another agent.",
  },
  "agent.login": {
    status: 422,
    exit: EXIT.usage,
    mend: "Log the agent in as the message says, then `tutti retry RUN`.",
  },
  "agent.busy": {
    status: 409,
    exit: EXIT.conflict,
    mend: "Try again when that session is over: `tutti tasks` shows what works now.",
  },
  "workspace.failed": {
    status: 500,
    exit: EXIT.failed,
    mend: "The file system refused, as the message says. Check the rights on Tutti's data folder and on the repository, then `tutti retry RUN`.",
  },
  "workspace.full": {
    status: 507,
    exit: EXIT.failed,
    mend: "The workspace passed its size limit. Raise `sandbox.workspaceMiB`, or find what fills it.",
  },
  "disk.full": {
    status: 507,
    exit: EXIT.failed,
    mend: "Free disk space. What waits for it goes on by itself; what failed goes on with `tutti retry RUN`. Nothing was lost.",
  },
  "data.unwritable": {
    status: 503,
    exit: EXIT.failed,
    mend: "Make the data folder named by `tutti doctor` one that you can write (`TUTTI_DATA_DIR` names another); a run that failed goes on with `tutti retry RUN`.",
  },
  "setup.failed": {
    status: 422,
    exit: EXIT.failed,
    mend: "Run the setup command by hand with `tutti doctor`, correct `recipe.setup`, then `tutti retry RUN`.",
  },
  interrupted: { status: 400, exit: EXIT.interrupted, mend: "Run the command again." },
  "sample.unavailable": {
    status: 503,
    exit: EXIT.failed,
    mend: "Check the network and `npm config get registry`; `tutti demo` without --sample needs neither.",
  },
  "store.busy": {
    status: 503,
    exit: EXIT.failed,
    mend: "Another Tutti daemon has this data folder. Stop it with `tutti stop`.",
  },
  "store.newer": {
    status: 503,
    exit: EXIT.failed,
    mend: "This data folder was written by a newer Tutti. Update Tutti, or name another folder with TUTTI_DATA_DIR.",
  },
  "store.corrupt": {
    status: 503,
    exit: EXIT.failed,
    mend: "The store is damaged. It was left untouched: restore a copy, or move it away and start afresh.",
  },
  "answers.damaged": {
    status: 409,
    exit: EXIT.conflict,
    mend: "Correct the file that the message names, or delete it: you are then asked again.",
  },
  "store.failed": {
    status: 500,
    exit: EXIT.failed,
    mend: "The store could not write. Check the disk; nothing that was acknowledged is lost.",
  },
  "daemon.unreachable": {
    status: 503,
    exit: EXIT.failed,
    mend: "Start it with `tutti serve`, and see its log named by `tutti doctor`.",
  },
  "daemon.version": {
    status: 409,
    exit: EXIT.failed,
    mend: "Another version of the daemon is running. Restart it: `tutti stop && tutti serve`.",
  },
  "merge.not-ready": {
    status: 409,
    exit: EXIT.waiting,
    mend: "See what is missing with `tutti show RUN`.",
  },
} as const satisfies Record<string, Row>;

export type ErrorCode = keyof typeof ERRORS;
export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);

export type Retry = "never" | "later" | "new-attempt";

/** A failure outside Tutti's own logic. Bugs are assertions, refusals are returned values; this is neither. */
export class TuttiError extends Error {
  readonly code: ErrorCode;
  readonly retry: Retry;
  readonly facts: Readonly<Record<string, string>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { retry?: Retry; facts?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = "TuttiError";
    this.code = code;
    this.retry = options.retry ?? "never";
    this.facts = options.facts ?? {};
  }

  /** What to do next, in one sentence. */
  get mend(): string {
    return ERRORS[this.code].mend;
  }
}

/** An expected refusal by the domain. */
export type Rejected = { kind: "rejected"; code: ErrorCode; message: string };
