/**
 * The only door to git. Every call runs with an environment built from nothing: system and global
 * configuration are replaced by a file of Tutti's own, hooks, fsmonitor, prompts, pagers, editors,
 * signatures and every transport are off. What a repository's own configuration could still switch
 * on is overridden on the command line.
 *
 * A workspace is written by an agent, so its configuration is hostile. Only three patterns may touch
 * one: a fetch from it into the vault, reading its objects from a repository of Tutti's own, and an
 * index and git folder of Tutti's own over its work tree.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { TuttiError } from "@tutti/protocol";
import { keepFileAs, writeFileAtomic } from "../../platform/atomic-file.ts";
import { run, type RunResult } from "../../platform/run-command.ts";

/** Oldest git that computes merges without a work tree. */
const OLDEST_GIT = [2, 38] as const;
const GIT_TIMEOUT_MS = 300_000;
const GIT_OUTPUT_BYTES = 64 << 20;
/** Of git's own words in an error message. In characters. */
const GIT_MESSAGE_MAX = 2000;

/** Overrides what a repository's configuration may say. Never complete by itself: see the patterns. */
const FIXED_CONFIG = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.alternateRefsCommand=true",
  "core.pager=cat",
  "core.sshCommand=false",
  "core.gitProxy=",
  "core.quotePath=false",
  "credential.helper=",
  "commit.gpgSign=false",
  "log.showSignature=false",
  "diff.external=",
  "diff.ignoreSubmodules=none",
  "submodule.recurse=false",
  "fetch.recurseSubmodules=false",
  "fetch.fsckObjects=true",
  "transfer.fsckObjects=true",
  "gc.auto=0",
  "maintenance.auto=false",
] as const;

const GLOBAL_CONFIG = `[core]
\thooksPath = /dev/null
\tfsmonitor = false
[gc]
\tauto = 0
[maintenance]
\tauto = false
[transfer]
\tfsckObjects = true
[init]
\tdefaultBranch = main
`;

export type GitCall = {
  /** Where git looks for the repository when `gitDir` is not given. */
  readonly cwd?: string;
  readonly gitDir?: string;
  readonly workTree?: string;
  readonly indexFile?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** More `name=value` overrides. */
  readonly config?: readonly string[];
  /** Another global configuration, written by Tutti too. */
  readonly globalConfig?: string;
  /** Exit codes that are answers, besides 0. */
  readonly accept?: readonly number[];
  /** Allows the local transport, for a fetch between two repositories of this machine. */
  readonly isTransport?: boolean;
  /** Output past `maxOutputBytes` is cut instead of being an error. */
  readonly isCut?: boolean;
  readonly stdin?: string | Uint8Array;
  /** One more argument that is no text, as no argument of ours can be: `xargs` hands it over. */
  readonly lastBytes?: Uint8Array;
  readonly timeoutMs?: number;
  readonly maxOutputBytes?: number;
  readonly signal?: AbortSignal;
};

export type GitOutput = {
  readonly code: number;
  readonly stdout: string;
  readonly bytes: Buffer;
  readonly stderr: string;
  readonly isCut: boolean;
};

/** Calls bound to one repository. */
export type Caller = (args: readonly string[], call?: GitCall) => Promise<GitOutput>;

export type Git = {
  /** Throws `git.missing`, `git.failed` or `disk.full`. */
  readonly call: Caller;
  /** `git config` with the user's own files; reading configuration executes nothing. */
  readonly userConfig: (
    args: readonly string[],
    options: { readonly cwd: string },
  ) => Promise<string>;
  /** Folder of the user's own files for git, such as `ignore`. */
  readonly userConfigFolder: string;
  /** A path of the user's configuration, where `~/` is their home. */
  readonly inUserHome: (path: string) => string;
  /** Throws `git.missing` or `git.old`. */
  readonly requireVersion: () => Promise<void>;
  /** Takes over whose repositories the user trusts (`safe.directory`). */
  readonly refreshTrust: () => Promise<void>;
  /** A global configuration that also trusts a workspace that belongs to another user. */
  readonly writeConfig: (path: string, trusted: readonly string[]) => void;
};

export type GitSettings = {
  /** Folder for Tutti's own configuration files. */
  readonly folder: string;
  /** The user's environment: PATH to find git, HOME and XDG_CONFIG_HOME to read their identity. */
  readonly environment: Readonly<Record<string, string | undefined>>;
};

export function createGit({ folder, environment }: GitSettings): Git {
  const home = join(folder, "home");
  const configFile = join(folder, "config");
  mkdirSync(home, { recursive: true, mode: 0o700 });
  keepFileAs(configFile, GLOBAL_CONFIG, { isDurable: false });
  const userEnvironment = pick(environment, ["PATH", "HOME", "XDG_CONFIG_HOME"]);
  const userConfig = configReader(userEnvironment);
  const own = { home, configFile, path: environment["PATH"] };

  const call: Caller = async (args, options = {}) => {
    const overrides = [...FIXED_CONFIG, ...(options.config ?? [])].flatMap((it) => ["-c", it]);
    const { program, argv, stdin } = commandOf([...overrides, ...args], options);
    const result = await run(program, argv, {
      cwd: options.cwd ?? folder,
      env: callEnvironment(options, own),
      timeoutMs: options.timeoutMs ?? GIT_TIMEOUT_MS,
      maxOutputBytes: options.maxOutputBytes ?? GIT_OUTPUT_BYTES,
      ...(stdin === undefined ? {} : { stdin }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    return judge(result, { args, options });
  };

  const userHome = environment["HOME"] ?? "/";
  return {
    call,
    userConfig,
    userConfigFolder: join(environment["XDG_CONFIG_HOME"] ?? join(userHome, ".config"), "git"),
    inUserHome: (file) => (file.startsWith("~/") ? join(userHome, file.slice(2)) : file),
    requireVersion: versionGate(userEnvironment),
    refreshTrust: async () => {
      const args = ["-z", "--type=path", "--get-all", "safe.directory"];
      const values = fields(await userConfig(args, { cwd: "/" }));
      keepFileAs(configFile, GLOBAL_CONFIG + safeSection(values), { isDurable: false });
    },
    writeConfig: (path, folders) => {
      const text = `[include]\n\tpath = ${quote(configFile)}\n${safeSection(folders)}`;
      writeFileAtomic(path, text, { isDurable: false });
    },
  };
}

function commandOf(args: readonly string[], { stdin, lastBytes }: GitCall) {
  if (lastBytes === undefined) return { program: "git", argv: args, stdin };
  const name = Buffer.concat([lastBytes, Buffer.of(0)]);
  return { program: "xargs", argv: ["-0", "git", ...args], stdin: name };
}

function configReader(environment: Readonly<Record<string, string>>): Git["userConfig"] {
  const env = { ...environment, LC_ALL: "C", GIT_TERMINAL_PROMPT: "0" };
  return async (args, { cwd }) => {
    const result = await run("git", ["config", ...args], { cwd, env });
    const isAnswer = result.code === 0 || result.code === 1;
    if (!isAnswer) throw failure(result, ["config", ...args]);
    return result.stdout;
  };
}

/** Asks once; again after a refusal, because git may be installed while the daemon runs. */
function versionGate(environment: Readonly<Record<string, string>>): Git["requireVersion"] {
  let version: Promise<void> | null = null;
  return async () => {
    version ??= checkVersion(environment);
    try {
      await version;
    } catch (error) {
      version = null;
      throw error;
    }
  };
}

function callEnvironment(
  { gitDir, workTree, indexFile, env, globalConfig, isTransport = false }: GitCall,
  own: { readonly home: string; readonly configFile: string; readonly path: string | undefined },
): Record<string, string> {
  return {
    PATH: own.path ?? "/usr/local/bin:/usr/bin:/bin",
    HOME: own.home,
    LC_ALL: "C",
    TZ: "UTC",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_SYSTEM: "/dev/null",
    GIT_CONFIG_GLOBAL: globalConfig ?? own.configFile,
    GIT_ATTR_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "false",
    GIT_EDITOR: "false",
    GIT_PAGER: "cat",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_NO_LAZY_FETCH: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_LITERAL_PATHSPECS: "1",
    // An empty list allows no transport at all: nothing is ever fetched behind our back.
    GIT_ALLOW_PROTOCOL: isTransport ? "file" : "",
    ...(gitDir === undefined ? {} : { GIT_DIR: gitDir }),
    ...(workTree === undefined ? {} : { GIT_WORK_TREE: workTree }),
    ...(indexFile === undefined ? {} : { GIT_INDEX_FILE: indexFile }),
    ...env,
  };
}

function judge(
  result: RunResult,
  { args, options }: { readonly args: readonly string[]; readonly options: GitCall },
): GitOutput {
  const isCut = result.ended === "output" && options.isCut === true;
  if (result.ended === "aborted") options.signal?.throwIfAborted();
  const isAnswer = result.code === 0 || (options.accept ?? []).includes(result.code ?? -1);
  if (!isCut && (!isAnswer || result.ended !== null)) throw failure(result, args);
  const { stdout, bytes, stderr } = result;
  return { code: isCut ? 0 : (result.code ?? -1), stdout, bytes, stderr, isCut };
}

function failure(result: RunResult, args: readonly string[]): TuttiError {
  const words = result.stderr.trim().slice(0, GIT_MESSAGE_MAX);
  const command = `git ${args.find((arg) => !arg.startsWith("-")) ?? ""}`;
  if (result.ended === "not-started") {
    return new TuttiError("git.missing", `git could not be started: ${words}`);
  }
  if (/No space left on device|Disk quota exceeded/u.test(words)) {
    return new TuttiError("disk.full", `${command}: ${words}`, { retry: "later" });
  }
  const reason = result.ended === null ? words : `ended after ${result.ended}. ${words}`;
  return new TuttiError("git.failed", `${command}: ${reason}`, {
    retry: result.ended === null ? "never" : "later",
    facts: {
      command,
      exit: String(result.code ?? result.signal ?? ""),
      ...(result.ended === null ? {} : { ended: result.ended }),
    },
  });
}

async function checkVersion(env: Readonly<Record<string, string>>): Promise<void> {
  const result = await run("git", ["version"], { cwd: "/", env: { ...env, LC_ALL: "C" } });
  if (result.code !== 0) throw failure(result, ["version"]);
  const match = /(\d+)\.(\d+)/u.exec(result.stdout);
  const [major, minor] = [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)];
  const isNew = major > OLDEST_GIT[0] || (major === OLDEST_GIT[0] && minor >= OLDEST_GIT[1]);
  if (isNew) return;
  throw new TuttiError("git.old", `git ${major}.${minor} is too old: ${result.stdout.trim()}`);
}

const safeSection = (folders: readonly string[]): string =>
  folders.map((folder) => `[safe]\n\tdirectory = ${quote(folder)}\n`).join("");

/** A value of a configuration file; a line break inside would end it. */
export function quote(value: string): string {
  const escaped = value
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll("\n", "\\n")
    .replaceAll("\t", "\\t");
  return `"${escaped}"`;
}

function pick(
  environment: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
): Record<string, string> {
  const entries = names.flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

/** Fields of `-z` output. */
export const fields = (text: string): string[] => {
  const parts = text.split("\0");
  if (parts.at(-1) === "") parts.pop();
  return parts;
};
