/**
 * Preparation workspaces: clones that no agent ever touches, in which the recipe's set-up command
 * ran once, in the fence. Their dependency folders are copied to every place. They are kept by key
 * and made anew when manifests, recipe or toolchain differ.
 *
 * Manifests that a candidate changed are set up without install scripts and apart from all other
 * runs: what they install must not decide about anything else.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { TuttiError, type RecipeConfig } from "@tutti/protocol";
import { z } from "zod";
import type { EgressAnswers, FencedProcess, Sandbox } from "../../engine/ports/sandbox.ts";
import type { Place } from "../../engine/ports/place.ts";
import { writeFileAtomic } from "../../platform/atomic-file.ts";
import { createLock } from "../lock.ts";
import { removeTree } from "../remove-tree.ts";

/** Kept per project; the least recently used one goes. */
const PREPARATIONS_KEPT = 8;
/** Kept of the output for the error message. */
const TAIL_CHARACTERS = 4000;
/** Passed on as it comes, at most. */
const OUTPUT_MAX_BYTES = 4 << 20;

/** Package managers leave install scripts out. */
const NO_SCRIPTS = {
  npm_config_ignore_scripts: "true",
  YARN_ENABLE_SCRIPTS: "false",
  PNPM_CONFIG_IGNORE_SCRIPTS: "true",
  BUN_CONFIG_IGNORE_SCRIPTS: "true",
} as const;

const Done = z.object({ durationMs: z.number(), missing: z.array(z.string()) });

type PreparationRequest = {
  readonly key: string;
  /** Folder of the project's preparations. */
  readonly folder: string;
  readonly recipe: RecipeConfig;
  readonly hasScripts: boolean;
  /** Builds the clone at this path. */
  readonly build: (tree: string) => Promise<void>;
  readonly placeOf: (folders: PreparationFolders) => Promise<Place>;
  readonly owner: string;
  readonly onOutput: (text: string) => void;
  readonly signal: AbortSignal | undefined;
  readonly egressAnswers?: EgressAnswers;
};

type PreparationFolders = {
  readonly tree: string;
  readonly home: string;
  readonly artifacts: string;
};

export type Preparation = {
  readonly tree: string;
  readonly isReused: boolean;
  readonly durationMs: number;
};

export type Preparations = {
  /** Throws `setup.failed`, `sandbox.*`, `disk.full`. */
  readonly ensure: (request: PreparationRequest) => Promise<Preparation>;
};

export function createPreparations(sandbox: Sandbox): Preparations {
  const lock = createLock();
  return {
    ensure: (request) => lock(join(request.folder, request.key), () => ensure(sandbox, request)),
  };
}

async function ensure(sandbox: Sandbox, request: PreparationRequest): Promise<Preparation> {
  const own = join(request.folder, request.key);
  request.signal?.throwIfAborted();
  const record = join(own, "done.json");
  const tree = join(own, "tree");
  if (existsSync(record)) {
    const { durationMs } = Done.parse(JSON.parse(readFileSync(record, "utf8")));
    writeFileAtomic(record, readFileSync(record), { isDurable: false }); // now the latest used
    return { tree, isReused: true, durationMs };
  }
  await removeTree(own);
  const folders = { tree, home: join(own, "home"), artifacts: join(own, "artifacts") };
  mkdirSync(folders.home, { recursive: true, mode: 0o700 });
  mkdirSync(folders.artifacts, { recursive: true, mode: 0o700 });
  await request.build(tree);
  const started = performance.now();
  await setUp(sandbox, request, await request.placeOf(folders));
  const durationMs = Math.round(performance.now() - started);
  const missing = request.recipe.dependencies.filter((name) => !existsSync(join(tree, name)));
  writeFileAtomic(record, JSON.stringify({ durationMs, missing }));
  await dropOldest(request.folder, own);
  return { tree, isReused: false, durationMs };
}

async function setUp(sandbox: Sandbox, request: PreparationRequest, place: Place): Promise<void> {
  const { recipe, hasScripts, signal, onOutput, egressAnswers } = request;
  if (recipe.setup === undefined) return;
  const env = hasScripts ? {} : NO_SCRIPTS;
  const answers = egressAnswers === undefined ? {} : { egressAnswers };
  const command = ["/bin/sh", "-c", recipe.setup];
  await runCommand(sandbox, {
    spec: {
      place,
      command,
      env,
      egress: recipe.egress,
      egressFrom: "project",
      owner: request.owner,
      ...answers,
    },
    timeoutMs: recipe.setupTimeout,
    what: "The set-up command",
    onOutput,
    signal,
  });
}

export type FencedCommand = {
  readonly spec: Parameters<Sandbox["launch"]>[0];
  readonly timeoutMs: number;
  /** Subject of the error message. */
  readonly what: string;
  readonly onOutput: (text: string) => void;
  readonly signal: AbortSignal | undefined;
};

/** Throws `setup.failed` unless the command ends with 0. */
export async function runCommand(sandbox: Sandbox, command: FencedCommand): Promise<void> {
  const { spec, timeoutMs, what, signal } = command;
  await using child = await sandbox.launch(spec, signal === undefined ? {} : { signal });
  const limit = AbortSignal.timeout(timeoutMs);
  const either = signal === undefined ? limit : AbortSignal.any([limit, signal]);
  child.stdin.end();
  const tail = followOutput(child, command.onOutput);
  const onAbort = (): void => void child.stop();
  either.addEventListener("abort", onAbort, { once: true });
  const exit = await child.exited;
  either.removeEventListener("abort", onAbort);
  signal?.throwIfAborted();
  if (exit.code === 0 && !limit.aborted) return;
  const how = limit.aborted
    ? `did not end within ${Math.round(timeoutMs / 1000)} s`
    : `ended with ${exit.code === null ? (exit.signal ?? "no exit code") : `exit code ${exit.code}`}`;
  throw new TuttiError("setup.failed", `${what} ${how}.\n${tail()}`.trim(), {
    retry: "never",
    facts: { command: spec.command.at(-1) ?? "" },
  });
}

function followOutput(child: FencedProcess, onOutput: (text: string) => void): () => string {
  let tail = "";
  let room = OUTPUT_MAX_BYTES;
  for (const stream of [child.stdout, child.stderr]) {
    const decoder = new TextDecoder();
    stream.on("data", (chunk: Buffer) => {
      const text = decoder.decode(chunk, { stream: true });
      tail = (tail + text).slice(-TAIL_CHARACTERS);
      if (room <= 0) return;
      room -= chunk.length;
      onOutput(text);
    });
  }
  return () => tail;
}

/** Removing is safe at any time: places have copies of their own. One that is being made is young. */
async function dropOldest(folder: string, keep: string): Promise<void> {
  const done = readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => path !== keep && existsSync(join(path, "done.json")))
    .map((path) => ({ path, usedMs: statSync(join(path, "done.json")).mtimeMs }))
    .toSorted((one, other) => other.usedMs - one.usedMs);
  for (const { path } of done.slice(PREPARATIONS_KEPT - 1)) await removeTree(path);
}
