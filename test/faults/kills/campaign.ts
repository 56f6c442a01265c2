/**
 * Kills the daemon again and again while runs go on, each time in the midst of the kind of effect
 * that was hit least so far, at a random moment of its usual duration. What must hold after every
 * kill is looked at at once, everything else in the end (verdict.ts).
 */
import { setTimeout as delay } from "node:timers/promises";
import type { EffectKind } from "@tutti/protocol";
import { readProcess } from "../../../packages/tutti/src/platform/process-table.ts";
import { waitUntilGone } from "../../../packages/tutti/src/platform/process-tree.ts";
import { createDaemon, type Daemon } from "../../fixtures/daemon.ts";
import type { Project } from "../../fixtures/project.ts";
import { EFFECT_KINDS } from "./effect-kinds.ts";
import { createLeanProject } from "./lean-project.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { beginLife, type Life } from "./life.ts";
import { below, survivors, touching, type Witness } from "../../fixtures/processes.ts";
import { type Random, seeded } from "./random.ts";
import { emptyReport, hitsWanted, mergeReports, type Report } from "./report.ts";
import { effectsInWork } from "./store-look.ts";
import { judge } from "./verdict.ts";

export type CampaignOptions = {
  readonly kills: number;
  readonly seed: number;
  /** Called after each kill with their number so far. */
  readonly onKill?: (done: number) => void;
};

/** Runs that go on at a time, over two repositories. */
const LIVE_RUNS = 4;
/** Starting a run makes the fence prove itself, once a life: runs are started together. */
const LIVE_RUNS_LOW = 3;
const PROJECTS = 2;
/** How far the count of a kind may be ahead of the least one for it to be aimed at still. */
const LAG = 2;
/** A run whose effects of one kind were hit this often in a row is let go on before the next kill. */
const HITS_IN_A_ROW = 8;
/** A life in which nothing is aimed at lasts about this long. */
const PATIENCE_MIN_MS = 100;
const PATIENCE_MAX_MS = 1_200;
/** Share of the starts after a kill in which the new daemon is killed as well. */
const KILLED_WHILE_STARTING = 0.1;
/** No event for this long means that everything stands still. */
const QUIET_MS = 90_000;
/** A process of a daemon that is gone may be seen for this long after the next one answers. */
const ORPHAN_MS = 2_000;

type Campaign = {
  readonly options: Required<CampaignOptions>;
  readonly daemon: Daemon;
  readonly projects: readonly Project[];
  readonly folders: readonly string[];
  readonly ledger: Ledger;
  readonly random: Random;
  readonly report: Report;
  /** Keys of runs that are not acknowledged yet. */
  readonly wanted: Map<string, Project>;
};

/** While one daemon starts, which takes one processor, the others go on. */
const LANES = 2;

/** Kills that are reckoned with for each that must hit its kind. */
const SHOTS_PER_HIT = 2;

/** So many daemons with repositories of their own, side by side; the kills are shared out. */
export const runCampaign = async ({ kills, seed, onKill }: CampaignOptions): Promise<Report> => {
  const shares = Array.from(
    { length: Math.min(LANES, kills) },
    (_, lane) => Math.floor(kills / LANES) + (lane < kills % LANES ? 1 : 0),
  );
  let done = 0;
  const lanes = shares.map((share, lane) =>
    runLane({ kills: share, seed: seed + lane, onKill: () => onKill?.((done += 1)) }),
  );
  return mergeReports(await Promise.all(lanes));
};

const runLane = async (options: Required<CampaignOptions>): Promise<Report> => {
  await using stack = new AsyncDisposableStack();
  const projects = Array.from({ length: PROJECTS }, () => stack.use(createLeanProject()));
  const [first] = projects;
  if (first === undefined) throw new Error("a campaign has a project");
  first.configure(
    {},
    projects.flatMap(({ read }) => read),
  );
  const daemon = stack.use(createDaemon(first));
  const campaign: Campaign = {
    options,
    daemon,
    projects,
    folders: projects.map(({ folder }) => folder),
    ledger: createLedger(),
    random: seeded(options.seed),
    report: emptyReport(),
    wanted: new Map(),
  };
  const { report, ledger, wanted } = campaign;
  let life = await beginLife(daemon, ledger);
  while (report.kills < options.kills) {
    await aim(campaign, life);
    life = await kill(campaign, life);
    options.onKill(report.kills);
  }
  const isOver = () => {
    request(campaign, life);
    return ledger.live().length === 0 && wanted.size === 0;
  };
  await life.until(isOver, { quietMs: QUIET_MS });
  await life.catchUp({ quietMs: QUIET_MS });
  const process = readProcess(life.pid);
  await daemon.bare.stop();
  if (process !== null && !(await waitUntilGone([process], QUIET_MS)))
    ledger.violations.push("the daemon was told to stop and did not");
  await life.end();
  report.runs = ledger.runs.size;
  report.violations = [...ledger.violations, ...(await judge(campaign))];
  return report;
};

/** Asks for what is wanted and was not acknowledged yet. */
const request = ({ ledger, wanted }: Campaign, life: Life): void => {
  for (const { key } of ledger.runs.values()) wanted.delete(key);
  for (const [key, project] of wanted) life.startRun(project, key);
};

/** Keeps enough runs alive. */
const topUp = (campaign: Campaign, life: Life): void => {
  const { ledger, projects, wanted } = campaign;
  request(campaign, life);
  const present = ledger.live().length + wanted.size;
  if (present >= LIVE_RUNS_LOW) return;
  for (let live = present; live < LIVE_RUNS; live += 1) {
    const number = ledger.runs.size + wanted.size + 1;
    const project = projects[number % projects.length];
    if (project !== undefined) wanted.set(`run-${number}`, project);
  }
  request(campaign, life);
};

/** Kills that are still needed so that every kind is hit often enough. */
const owed = ({ hits }: Report, kills: number): number =>
  EFFECT_KINDS.reduce((sum, kind) => sum + Math.max(0, hitsWanted(kills) - hits[kind]), 0);

/** The open effect's kind that was hit least, if it lags behind; when kills are owed, only a kind that they are owed to. */
const prey = ({ ledger, report, options }: Campaign, isOwed: boolean): EffectKind | null => {
  const { hits } = report;
  const least = Math.min(...EFFECT_KINDS.map((kind) => hits[kind]));
  const bound = isOwed ? hitsWanted(options.kills) : least + LAG;
  const open = new Set([...ledger.open.values()].map(({ kind }) => kind));
  const [kind] = [...open].toSorted((left, right) => hits[left] - hits[right]);
  return kind !== undefined && hits[kind] < bound ? kind : null;
};

/**
 * Resolves at the moment of the next kill: within an effect of a kind that was hit less than others,
 * at a random moment of its usual duration; or, when none comes up for a random while, in the midst of
 * whatever there is.
 */
const aim = async (campaign: Campaign, life: Life): Promise<void> => {
  const { ledger, random, report, options } = campaign;
  // An effect may end before the signal is there, the short ones on a slow machine above all.
  const isOwed = owed(report, options.kills) * SHOTS_PER_HIT >= options.kills - report.kills;
  const patienceMs = PATIENCE_MIN_MS + random() * (PATIENCE_MAX_MS - PATIENCE_MIN_MS);
  const isBusy = () => {
    topUp(campaign, life);
    return ledger.open.size > 0 && ledger.hitsInARow() < HITS_IN_A_ROW;
  };
  await life.until(isBusy, { quietMs: QUIET_MS });
  const deadline = isOwed ? Number.POSITIVE_INFINITY : performance.now() + patienceMs;
  while (performance.now() < deadline) {
    let kind: EffectKind | null = null;
    const isSeen = () => {
      topUp(campaign, life);
      kind = prey(campaign, isOwed);
      return kind !== null;
    };
    await life.until(isSeen, { quietMs: QUIET_MS, deadline });
    const seen: EffectKind | null = kind;
    if (seen === null) continue;
    await delay(random() * ledger.meanMs(seen));
    if ([...ledger.open.values()].some((effect) => effect.kind === seen)) return;
  }
};

/** SIGKILL, a look at what was hit, a new life, and what must hold at its beginning. */
const kill = async (campaign: Campaign, life: Life): Promise<Life> => {
  const { daemon, ledger, report, folders } = campaign;
  const children = below(life.pid);
  const target = readProcess(life.pid);
  // At once: whoever asked the daemon first would hit what comes after the prey.
  if (target !== null) process.kill(target.pid, "SIGKILL");
  if (target !== null && !(await waitUntilGone([target], QUIET_MS)))
    ledger.violations.push("the daemon outlived SIGKILL");
  await life.end();
  report.kills += 1;
  // A request that was on its way may have started the next daemon already, which has work of its own.
  const hit = effectsInWork(daemon.data, life.pid);
  for (const effect of hit) ledger.hit(effect);
  for (const kind of new Set(hit.map(({ payload }) => payload.kind))) report.hits[kind] += 1;
  if (hit.length === 0) report.idle += 1;
  const left = touching(folders);
  if (campaign.random() < KILLED_WHILE_STARTING) await killStarting(campaign);
  const next = await beginLife(daemon, ledger);
  report.restartMs.push(next.startMs);
  const turns = hit.filter(({ payload }) => payload.kind.endsWith(".turn"));
  report.turns += turns.length;
  const deadline = performance.now() + ORPHAN_MS;
  const isSettled = () => turns.every(({ id }) => ledger.outcomes.has(id));
  await next.until(isSettled, { quietMs: QUIET_MS, deadline });
  for (const { id } of turns) {
    const outcome = ledger.outcomes.get(id) ?? "nothing";
    if (outcome !== "interrupted")
      ledger.violations.push(`turn ${id} was cut off; in time ${outcome} was said of it`);
  }
  await expectGone(campaign, [...children, ...left]);
  return next;
};

/** The next daemon dies too, at a random moment of its start, in the middle of what it recovers. */
const killStarting = async ({ daemon, folders, random, report }: Campaign): Promise<void> => {
  const started = daemon.client.health().catch(() => null);
  await delay(random() * (report.restartMs.at(-1) ?? 0));
  const [starting] = touching(folders).filter(({ about }) => about.includes(" serve "));
  if (starting !== undefined) {
    process.kill(starting.pid, "SIGKILL");
    report.starts += 1;
  }
  await started;
};

const expectGone = async ({ ledger }: Campaign, seen: readonly Witness[]): Promise<void> => {
  for (const { pid, about } of await survivors(seen, ORPHAN_MS))
    ledger.violations.push(`process ${pid} outlived its daemon: ${about}`);
};
