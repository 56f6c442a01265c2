/**
 * The arena of a fence test: a user with secrets, a repository, two workspaces made by the real
 * Workspaces, and one of them attacked from inside, once with `isolation: none` (the control: the
 * attack works) and once in the sandbox (it does not). Success is judged from outside.
 */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { Place } from "../../packages/tutti/src/engine/ports/place.ts";
import type { LaunchSpec, Sandbox } from "../../packages/tutti/src/engine/ports/sandbox.ts";
import type { RunSource, Workspaces } from "../../packages/tutti/src/engine/ports/workspaces.ts";
import { createSandbox } from "../../packages/tutti/src/workspace/sandbox/sandbox.ts";
import {
  makeRepository,
  openWorkspaces,
  quiet,
  scratch,
  sourceOf,
  write,
} from "../../packages/tutti/test/workspace/support.ts";

export const isRoot = process.getuid?.() === 0;

/** In every planted file that an attack must not read. */
export const SECRET = "the-secret-7f3a91";

export type Isolation = Place["isolation"];

/** What a hostile name server says. There is no other name: nothing outside this machine is asked. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  "here.example": ["127.0.0.1"],
  "both.example": ["192.0.2.1", "127.0.0.1"],
  "private.example": ["10.0.0.1"],
  "metadata.example": ["169.254.169.254"],
  localhost: ["127.0.0.1"],
};

const named = (host: string): { address: string; family: number }[] =>
  (NAMES[host] ?? []).map((address) => ({ address, family: 4 }));

type Finished = {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

export type Side = {
  readonly isolation: Isolation;
  readonly folder: string;
  /** The user's home with secrets in it. */
  readonly user: string;
  /** The user's repository. */
  readonly project: string;
  /** Work tree of another run. */
  readonly sibling: string;
  /** A folder of the user's that nothing shows inside. */
  readonly outside: string;
  readonly tree: string;
  readonly place: Place;
  readonly source: RunSource;
  readonly workspaces: Workspaces;
  readonly sandbox: Sandbox;
  readonly launch: (
    spec: Pick<LaunchSpec, "command"> & Partial<LaunchSpec>,
  ) => ReturnType<Sandbox["launch"]>;
  /** Runs a script inside to its end. */
  readonly sh: (script: string, more?: Partial<LaunchSpec>) => Promise<Finished>;
  readonly perl: (program: string, ...args: readonly string[]) => Promise<Finished>;
  /** What an attack left in the artifacts folder, which both sides see. */
  readonly loot: string;
  readonly hasLoot: (text?: string) => boolean;
};

export type SideOptions = { readonly config?: Record<string, unknown> };

const FILES = {
  "a.txt": "one\n",
  "src/b.txt": "two\n",
  "test/a.test.js": "// passes\n",
};

export async function withSide<Result>(
  isolation: Isolation,
  use: (side: Side) => Promise<Result>,
  { config = {} }: SideOptions = {},
): Promise<Result> {
  using place = scratch("fence");
  const outside = join(place.folder, "outside");
  mkdirSync(outside);
  plantSecrets(place.home, outside);
  const project = makeRepository(join(place.folder, "project"), FILES);
  const sandbox = createSandbox({ dataFolder: place.data, lookup: async (host) => named(host) });
  const { workspaces } = openWorkspaces(place, { sandbox });
  const sibling = sourceOf(project, { isolation, config });
  const source = sourceOf(project, { isolation, config });
  const { root } = await workspaces.prepare(sibling, quiet);
  write(root, { "sibling.txt": SECRET });
  await workspaces.prepare(source, quiet);
  const own = await workspaces.authorPlace(source);
  const loot = join(own.artifacts, "loot");
  const launch: Side["launch"] = (spec) =>
    sandbox.launch({ place: own, egress: [], owner: "fence-test", ...spec });
  const sh: Side["sh"] = (script, more = {}) =>
    finish(launch({ command: ["sh", "-c", script], ...more }));
  return await use({
    isolation,
    folder: place.folder,
    user: place.home,
    project,
    sibling: root,
    outside,
    tree: own.root,
    place: own,
    source,
    workspaces,
    sandbox,
    launch,
    sh,
    perl: (program, ...args) => finish(launch({ command: ["perl", "-e", program, ...args] })),
    loot,
    hasLoot: (text = SECRET) => existsSync(loot) && readFileSync(loot, "utf8").includes(text),
  });
}

function plantSecrets(home: string, outside: string): void {
  write(home, {
    ".ssh/id_ed25519": SECRET,
    ".aws/credentials": SECRET,
    ".codex/auth.json": SECRET,
    ".claude/.credentials.json": SECRET,
    ".config/gcloud/credentials.db": SECRET,
    ".bashrc": "# the user's\n",
  });
  write(outside, { secret: SECRET, precious: "precious\n" });
}

async function finish(starting: ReturnType<Sandbox["launch"]>): Promise<Finished> {
  await using running = await starting;
  running.stdin.end();
  const [stdout, stderr] = await Promise.all([textOf(running.stdout), textOf(running.stderr)]);
  const { code } = await running.exited;
  return { code, stdout, stderr };
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let all = "";
  for await (const chunk of stream) all += String(chunk);
  return all;
}

/** Attack → whether it got through. */
export type Outcome = Readonly<Record<string, boolean>>;

export type FenceOptions = SideOptions & {
  /** Attacks that this machine's kernel refuses to everybody or to this user, fence or not. */
  readonly refusedAnyway?: readonly string[];
};

/**
 * The body of one fence test. The same attacks run unfenced, where every one must get through (or
 * the test proves nothing), and fenced, where none may.
 */
export async function expectFence(
  attack: (side: Side) => Promise<Outcome>,
  { refusedAnyway = [], ...options }: FenceOptions = {},
): Promise<void> {
  const control = await withSide("none", attack, options);
  const controlled = Object.keys(control).filter((name) => !refusedAnyway.includes(name));
  const through = controlled.filter((name) => control[name] === true);
  expect(through, "unfenced, the attacks work").toEqual(controlled);
  const fenced = await withSide("sandbox", attack, options);
  const escaped = Object.keys(fenced).filter((name) => fenced[name] === true);
  expect(escaped, "fenced, none of them does").toEqual([]);
  expect(Object.keys(fenced)).toEqual(Object.keys(control));
}
