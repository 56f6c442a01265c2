/** Suite `store`: durable commits beside the bare database, growth, opening, transcripts. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TranscriptEntry } from "@tutti/protocol";
import type { Commit, Store } from "../packages/tutti/src/engine/ports/store.ts";
import { openSqliteStore } from "../packages/tutti/src/store/sqlite/store.ts";
import { sampleCommit, sampleDocument, sampleRunId } from "../test/fixtures/runs.ts";
import { atLeast, atMost, median, percentile, plain } from "./figures.ts";
import type { Figure, Suite } from "./figures.ts";
import { openRawStore, toRaw } from "./raw-store.ts";
import type { RawCommit, RawStore } from "./raw-store.ts";

/** Two contestants take turns, and each turn is compared with the other's next to it. */
const ROUNDS = 25;
const SINGLE_COMMITS = 400;
const GROUPS = 16;
const GROUP_COMMITS = 100;
const OLD_RUNS = 10_000;
const OLD_RUN_EVENTS = 100;
const OLD_RUNS_AT_ONCE = 500;
const OPENINGS = 20;
const TRANSCRIPT_ENTRIES = 5_000;
const TRANSCRIPT_ENTRY_CHARACTERS = 10_000;
const WINDOWS = 200;
const WINDOW_ENTRIES = 100;
/** Shares of the bare database, and of the young store, that bars.md asks for. */
const RAW_SHARE = 0.7;
const GROWN_SHARE = 0.9;
const OPEN_MAX_S = 2;

/** Hands out commits that continue some runs, made before the clock runs. */
function createCommits(firstRun: number) {
  const templates = Array.from({ length: GROUP_COMMITS }, (_, index) =>
    sampleCommit(sampleRunId(firstRun + index), 0),
  );
  let made = 0;
  const next = (): Commit => {
    const template = templates[made % templates.length];
    const [event] = template?.events ?? [];
    if (template === undefined || event === undefined) throw new Error("no template");
    const expectedVersion = Math.floor(made / templates.length);
    const version = expectedVersion + 1;
    made += 1;
    const document = { ...template.document, version };
    return { ...template, expectedVersion, document, events: [{ ...event, version }] };
  };
  return { take: (count: number): Commit[] => Array.from({ length: count }, next) };
}

type Contestant = {
  /** Seconds that the commits took, one after another / in groups. */
  readonly single: (commits: readonly Commit[]) => Promise<number>;
  readonly grouped: (groups: readonly (readonly Commit[])[]) => Promise<number>;
};

const secondsSince = (start: number): number => (performance.now() - start) / 1_000;

const ours = (store: Store): Contestant => ({
  single: async (commits) => {
    const start = performance.now();
    for (const commit of commits) await store.commit(commit);
    return secondsSince(start);
  },
  grouped: async (groups) => {
    const start = performance.now();
    for (const group of groups) await Promise.all(group.map((commit) => store.commit(commit)));
    return secondsSince(start);
  },
});

const raw = (store: RawStore): Contestant => {
  const time = (groups: readonly (readonly RawCommit[])[]): number => {
    const start = performance.now();
    for (const group of groups) store.write(group);
    return secondsSince(start);
  };
  return {
    single: async (commits) => time(commits.map((commit) => [toRaw(commit)])),
    grouped: async (groups) => time(groups.map((group) => group.map(toRaw))),
  };
};

/** Commits per second. */
type Rates = { readonly single: number; readonly grouped: number };

/** Medians of the rounds: each contestant's rates, and the first one's share of the second one's. */
type Outcome = { readonly first: Rates; readonly second: Rates; readonly share: Rates };

async function turn(
  contestant: Contestant,
  supply: ReturnType<typeof createCommits>,
): Promise<Rates> {
  const single = SINGLE_COMMITS / (await contestant.single(supply.take(SINGLE_COMMITS)));
  const groups = Array.from({ length: GROUPS }, () => supply.take(GROUP_COMMITS));
  return { single, grouped: (GROUPS * GROUP_COMMITS) / (await contestant.grouped(groups)) };
}

async function compete(one: Contestant, other: Contestant): Promise<Outcome> {
  const [supplyOne, supplyOther] = [createCommits(OLD_RUNS + 1), createCommits(OLD_RUNS + 1)];
  const rounds: { readonly first: Rates; readonly second: Rates }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const first = await turn(one, supplyOne);
    rounds.push({ first, second: await turn(other, supplyOther) });
  }
  const medians = (
    pick: (round: { readonly first: Rates; readonly second: Rates }) => Rates,
  ): Rates => ({
    single: median(rounds.map((round) => pick(round).single)),
    grouped: median(rounds.map((round) => pick(round).grouped)),
  });
  return {
    first: medians(({ first }) => first),
    second: medians(({ second }) => second),
    share: medians(({ first, second }) => ({
      single: first.single / second.single,
      grouped: first.grouped / second.grouped,
    })),
  };
}

async function fill(store: Store): Promise<void> {
  const template = sampleCommit(sampleRunId(1), 0, { events: OLD_RUN_EVENTS });
  const finished = (number: number): Commit => {
    const id = sampleRunId(number);
    const events = template.events.map((event) => ({ ...event, run: id }));
    const summary = { ...template.summary, id, state: "merged" };
    return {
      ...template,
      run: id,
      events,
      summary,
      document: { ...sampleDocument(id, OLD_RUN_EVENTS) },
    };
  };
  for (let first = 0; first < OLD_RUNS; first += OLD_RUNS_AT_ONCE) {
    const numbers = Array.from({ length: OLD_RUNS_AT_ONCE }, (_, index) => first + index);
    await Promise.all(numbers.map((number) => store.commit(finished(number))));
  }
}

/** Seconds to an open store that has answered what a daemon asks first, its log not yet taken up. */
async function measureOpenings(folder: string): Promise<number[]> {
  const program = join(import.meta.dirname, "programs/dirty-store.ts");
  const seconds: number[] = [];
  for (let opening = 0; opening < OPENINGS; opening += 1) {
    const { signal } = spawnSync(process.execPath, [program, folder], { stdio: "inherit" });
    if (signal !== "SIGKILL") throw new Error("the program that dirties the store failed");
    const start = performance.now();
    const store = openSqliteStore(folder);
    store.openEffects();
    store.runs({ states: ["queued", "working", "waiting", "paused"], limit: 200 });
    seconds.push(secondsSince(start));
    await store.close();
  }
  return seconds;
}

function measureTranscript(store: Store): Figure[] {
  const session = `${sampleRunId(1)}/bench`;
  const text = "x".repeat(TRANSCRIPT_ENTRY_CHARACTERS);
  const entries = Array.from({ length: TRANSCRIPT_ENTRIES }, (_, at): TranscriptEntry => ({
    kind: "text",
    at,
    text,
  }));
  const start = performance.now();
  for (const entry of entries) store.transcript.append(session, [entry]);
  store.transcript.flush();
  const rate = TRANSCRIPT_ENTRIES / secondsSince(start);
  const windows = Array.from({ length: WINDOWS }, (_, index) => {
    const from = Math.floor((TRANSCRIPT_ENTRIES * index) / WINDOWS);
    const begun = performance.now();
    store.transcript.read(session, from, WINDOW_ENTRIES);
    return performance.now() - begun;
  });
  return [
    plain({ name: "transcript: 10 kB entries appended", value: rate, unit: "1/s" }),
    plain({
      name: "transcript: window of 100 entries in 50 MB, p99",
      value: percentile(windows, 0.99),
      unit: "ms",
    }),
  ];
}

function shares(name: string, { share }: Outcome, bar: number): Figure[] {
  return [
    atLeast(bar, { name: `${name}, one at a time`, value: share.single, unit: "×" }),
    atLeast(bar, { name: `${name}, grouped by 100`, value: share.grouped, unit: "×" }),
  ];
}

function rates(name: string, { single, grouped }: Rates): Figure[] {
  return [
    plain({ name: `${name}, one at a time`, value: single, unit: "commits/s" }),
    plain({ name: `${name}, grouped by 100`, value: grouped, unit: "commits/s" }),
  ];
}

async function measureCommits(folderOf: (name: string) => string): Promise<Figure[]> {
  using bare = await openRawStore(folderOf("raw"));
  const store = openSqliteStore(folderOf("young"));
  const outcome = await compete(ours(store), raw(bare));
  await store.close();
  return [
    ...shares("durable commits, share of the bare database", outcome, RAW_SHARE),
    ...rates("durable commits", outcome.first),
    ...rates("the same rows by bare node:sqlite", outcome.second),
  ];
}

async function measureGrowth(grown: Store, folder: string): Promise<Figure[]> {
  const young = openSqliteStore(folder);
  const outcome = await compete(ours(grown), ours(young));
  await young.close();
  return shares("with 10k runs and 1M events, share of a young store", outcome, GROWN_SHARE);
}

export const storeSuite: Suite = async (say) => {
  const folder = mkdtempSync(join(tmpdir(), "tutti-bench-"));
  const folderOf = (name: string): string => {
    const path = join(folder, name);
    mkdirSync(path);
    return path;
  };
  try {
    say("commits, beside the bare database");
    const figures = await measureCommits(folderOf);
    say(`storing ${OLD_RUNS} runs with ${OLD_RUNS * OLD_RUN_EVENTS} events`);
    const old = folderOf("old");
    const grown = openSqliteStore(old);
    await fill(grown);
    say("commits to that store");
    figures.push(...(await measureGrowth(grown, folderOf("fresh"))));
    say("transcripts");
    figures.push(...measureTranscript(grown));
    await grown.close();
    say("opening after a kill");
    const worst = percentile(await measureOpenings(old), 0.99);
    const name = "open after a kill with 10k runs and 1M events, p99";
    return [...figures, atMost(OPEN_MAX_S, { name, value: worst, unit: "s" })];
  } finally {
    rmSync(folder, { recursive: true });
  }
};
