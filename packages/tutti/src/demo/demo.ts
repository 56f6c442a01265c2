/**
 * `tutti demo`: makes a sample repository, starts a daemon of its own and runs the whole workflow
 * there with two scripted agents, through the same interface as every other command.
 */
import { basename, delimiter, join } from "node:path";
import type { RunView } from "@tutti/protocol";
import { EXIT, TuttiError } from "@tutti/protocol/errors";
import { printableJson } from "../cli/terminal/printable.ts";
import type { DaemonClient } from "../client/daemon-client.ts";
import { DAEMON_LOG } from "../client/start-daemon.ts";
import { foldersOf, type Folders } from "../platform/paths.ts";
import { AUTHOR, castAgents, configText, ownConfigText, placeRuntime, RIVAL } from "./agents.ts";
import { byPerson, onBehalf } from "./approver.ts";
import { documentOf } from "./document.ts";
import { driveRun } from "./drive.ts";
import { createNarrator } from "./narrator.ts";
import { openPage, type Page } from "./page.ts";
import { parseOptions, type Options } from "./options.ts";
import { createRepository } from "./repository.ts";
import { findSample } from "./samples/catalog.ts";
import type { Sample, SampleSource } from "./samples/sample.ts";
import { notesOf, REVIEW_STEP } from "./scripts.ts";
import { openStage, type Stage } from "./stage.ts";
import type { Terminal } from "./terminal.ts";
import { verifyMerge } from "./verify.ts";
import {
  programOf,
  sayEnding,
  sayKept,
  sayNext,
  sayOpening,
  sayRealAgents,
  sayStuck,
  sayTask,
} from "./words.ts";

export type DemoDeps = Terminal & {
  readonly version: string;
  /** The user's own; what npm fetched is kept below the data folder. */
  readonly folders: Pick<Folders, "data">;
  /** Program and arguments of `tutti serve`. */
  readonly daemonCommand: readonly string[];
  /** Name of the daemon's socket in its runtime folder. */
  readonly socketName: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly signal: AbortSignal;
};

/** A demo that nobody is asked in and that has not ended by then hangs. */
const DEMO_TIMEOUT_MS = 15 * 60_000;
/** Shown beside the person's name in every approval. */
const ON_BEHALF = "tutti demo";

type Show = {
  readonly deps: DemoDeps;
  readonly options: Options;
  readonly stage: Stage;
  readonly page: Page;
  readonly signal: AbortSignal;
};

/** Returns the exit code: 0 only when everything that must hold after a merge does. Throws TuttiError. */
export async function runDemo(args: readonly string[], deps: DemoDeps): Promise<number> {
  const options = parseOptions(args);
  const source = findSample(options.sample);
  if (options.isInteractive && deps.stdin.isTTY !== true)
    throw new TuttiError("usage", "`--interactive` asks questions and needs a terminal.");
  const stage = openStage({ ...deps, data: options.data });
  const show = prepareShow(options, deps, stage);
  const progress = { isStarted: false, isEnded: false, isExpected: false };
  try {
    sayOpening(show.page, options.isInteractive);
    return await perform(show, source, progress);
  } catch (error) {
    throw asError(error, deps.signal);
  } finally {
    await close(show, progress);
  }
}

type Progress = {
  /** From here on there is a log to look at. */
  isStarted: boolean;
  isEnded: boolean;
  /** It went as it should, or as the person wished. */
  isExpected: boolean;
};

function prepareShow(options: Options, deps: DemoDeps, stage: Stage): Show {
  const { env, signal } = deps;
  return {
    deps,
    options,
    stage,
    page: openPage(deps, { env, isRefused: options.isColourRefused }),
    signal: options.isInteractive
      ? signal
      : AbortSignal.any([signal, AbortSignal.timeout(DEMO_TIMEOUT_MS)]),
  };
}

async function perform(show: Show, source: SampleSource, progress: Progress): Promise<number> {
  const { deps, options, stage, page, signal } = show;
  const { env, folders } = deps;
  const note = (text: string): void => page.paragraph(text, "quiet");
  const sample = await source.load({ folders, env, note, signal });
  const runtime = placeRuntime(join(stage.root, "runtime"));
  const root = stage.freshFolder(sample.name);
  const cast = castAgents(join(stage.root, "agents", basename(root)), sample, runtime);
  stage.configure(ownConfigText(cast));
  const git = await createRepository({ root, sample, config: configText(sample, cast), env });
  progress.isStarted = true;
  await stage.start();
  signal.throwIfAborted();
  const client = stage.client(options.isInteractive ? null : ON_BEHALF);
  const { run } = await client.startRun({ path: root, ...sample.task });
  sayTask(page, { sample, root, run });
  const view = await follow(show, { client, run, sample });
  const checked = { ...env, PATH: `${runtime.bin}${delimiter}${env["PATH"] ?? ""}` };
  const conditions =
    view.outcome === "merged"
      ? await verifyMerge({ view, sample, root, git, env: checked, signal })
      : [];
  if (options.isJson) deps.stdout.write(`${printableJson(documentOf(view), 2)}\n`);
  sayEnding(page, view, conditions);
  if (view.finishedAt === null) sayStuck(page, view, logOf(stage));
  sayOutlook(show, root);
  const isGood = view.outcome === "merged" && conditions.every(({ isMet }) => isMet);
  progress.isEnded = true;
  progress.isExpected = isGood || view.outcome === "cancelled";
  return isGood ? EXIT.ok : exitOf(view);
}

function sayOutlook({ deps, options, stage, page }: Show, root: string): void {
  const program = programOf(deps.daemonCommand, deps.env);
  if (!options.isOnce) {
    const { data } = foldersOf(stage.env);
    sayNext(page, { root, stageRoot: stage.root, data, program });
  }
  sayRealAgents(page, program);
}

function follow(
  { deps, options, page, signal }: Show,
  { client, run, sample }: { client: DaemonClient; run: string; sample: Sample },
): Promise<RunView> {
  const cast = {
    families: { [AUTHOR.name]: AUTHOR.family, [RIVAL.name]: RIVAL.family },
    notes: notesOf(sample),
    review: REVIEW_STEP,
  };
  const onEvent = createNarrator({ page, cast, client, signal });
  const answer = options.isInteractive ? byPerson({ terminal: deps, client, signal }) : onBehalf;
  return driveRun({ client, run, onEvent, answer, signal });
}

const exitOf = ({ finishedAt }: RunView): number =>
  finishedAt === null ? EXIT.waiting : EXIT.failed;

const logOf = (stage: Stage): string => join(foldersOf(stage.env).state, DAEMON_LOG);

/** Ends what `--once` ends, and everything when the demo could not be played to its end. */
async function close({ deps, options, stage, page }: Show, progress: Progress): Promise<void> {
  const { isStarted, isEnded, isExpected } = progress;
  if (isEnded && !options.isOnce) return;
  if (deps.signal.aborted) page.paragraph("interrupted; ending the demo's daemon", "quiet");
  await stage.stop();
  if (!stage.isTemporary) return;
  // Whoever wants to know what went wrong finds the log in it.
  const isWorthKeeping = isStarted && !isExpected && !deps.signal.aborted;
  if (options.isKept || isWorthKeeping) sayKept(page, stage.root);
  else stage.remove();
}

function asError(error: unknown, interrupted: AbortSignal): unknown {
  const isTimeout = error instanceof DOMException && error.name === "TimeoutError";
  if (interrupted.aborted || !isTimeout) return error;
  const minutes = Math.round(DEMO_TIMEOUT_MS / 60_000);
  return new TuttiError("internal", `The demo did not end within ${minutes} minutes.`);
}
