/** Real repositories and real workspaces for the tests of this folder. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import {
  CommitId,
  EffectId,
  ProjectConfig,
  RunId,
  Sha256,
  TreeId,
  type Candidate,
} from "@tutti/protocol";
import type { Place } from "../../src/engine/ports/place.ts";
import type { RunSource } from "../../src/engine/ports/workspaces.ts";
import { createSandbox } from "../../src/workspace/sandbox/sandbox.ts";
import { createWorkspaces, type WorkspacesOptions } from "../../src/workspace/workspaces.ts";

const PERSON = ["-c", "user.name=Ada", "-c", "user.email=ada@example.test"];

export type Scratch = {
  readonly folder: string;
  /** HOME of the user whose repositories these are. */
  readonly home: string;
  readonly data: string;
  readonly [Symbol.dispose]: () => void;
};

export function scratch(name = "workspace"): Scratch {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `tutti-${name}-`)));
  const home = join(folder, "home");
  mkdirSync(home);
  return {
    folder,
    home,
    data: join(folder, "data"),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Plain git, as a person would run it; hooks and configuration of the repository are in force. */
export function git(cwd: string, ...args: string[]): string {
  return execFileSync("git", [...PERSON, ...args], {
    cwd,
    encoding: "utf8",
    timeout: 20_000,
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"] ?? "", HOME: cwd, LC_ALL: "C" },
  }).trim();
}

export function write(root: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
}

/** A repository on `main` with one commit of these files. */
export function makeRepository(
  path: string,
  files: Readonly<Record<string, string>> = { "a.txt": "one\n", "src/b.txt": "two\n" },
  ...init: string[]
): string {
  mkdirSync(path, { recursive: true });
  git(path, "init", "-q", "-b", "main", ...init);
  git(path, "config", "user.name", "Ada");
  git(path, "config", "user.email", "ada@example.test");
  commitFiles(path, files, "First commit");
  return path;
}

export function commitFiles(
  path: string,
  files: Readonly<Record<string, string>>,
  message: string,
): string {
  write(path, files);
  git(path, "add", "-A");
  git(path, "commit", "-q", "-m", message);
  return git(path, "rev-parse", "HEAD");
}

export const commitOf = (path: string, ref = "HEAD"): CommitId =>
  CommitId.parse(git(path, "rev-parse", ref));

export const candidateOf = (path: string, ref = "HEAD"): Candidate => ({
  commit: commitOf(path, ref),
  tree: TreeId.parse(git(path, "rev-parse", `${ref}^{tree}`)),
});

export type Overrides = {
  readonly config?: Record<string, unknown>;
  readonly isolation?: "sandbox" | "none";
  readonly base?: string;
};

let runs = 0;
let keys = 0;

export function sourceOf(project: string, overrides: Overrides = {}): RunSource {
  runs += 1;
  const base = candidateOf(project, overrides.base ?? "HEAD");
  return {
    run: RunId.parse(`r-test${String(runs).padStart(4, "0")}`),
    project,
    base,
    policy: {
      config: ProjectConfig.parse(overrides.config ?? {}),
      isolation: overrides.isolation ?? "sandbox",
      readFrom: base.commit,
      hash: Sha256.parse("0".repeat(64)),
    },
  };
}

export const newKey = (): EffectId => {
  keys += 1;
  return EffectId.parse(`e-test${String(keys).padStart(4, "0")}`);
};

export const openWorkspaces = (
  { data, home }: Scratch,
  more: Partial<WorkspacesOptions> = {},
): ReturnType<typeof createWorkspaces> =>
  createWorkspaces({
    dataDir: data,
    sandbox: createSandbox({ dataFolder: data }),
    environment: { PATH: process.env["PATH"], HOME: home },
    ...more,
  });

export const quiet = {
  onOutput: (): void => undefined,
  signal: new AbortController().signal,
};

/** Runs a shell command in the place, in the fence; the standard output, or the error. */
export async function inside({ data }: Scratch, place: Place, command: string): Promise<string> {
  const sandbox = createSandbox({ dataFolder: data });
  await using child = await sandbox.launch({
    place,
    command: ["/bin/sh", "-c", command],
    egress: [],
    owner: "test",
  });
  child.stdin.end();
  const [said, errors] = await Promise.all([child.stdout, child.stderr].map(readAll));
  const exit = await child.exited;
  return exit.code === 0 ? (said ?? "").trim() : `failed: ${errors ?? ""}`;
}

async function readAll(stream: Readable): Promise<string> {
  let all = "";
  for await (const chunk of stream) all += String(chunk);
  return all;
}
