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

/** Contestants take turns, so that what else the machine does meets all of them. */
const ROUNDS = 7;
const SINGLE_COMMITS = 1_500;
const GROUPS = 60;
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

type Rates = { readonly single: number; readonly grouped: number };

/** Commits per second of each contestant, by turns; medians of the rounds. */
async function compete(contestants: readonly Contestant[], firstRun: number): Promise<Rates[]> {
  const supplies = contestants.map(() => createCommits(firstRun));
  const single = contestants.map((): number[] => []);
  const grouped = contestants.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, contestant] of contestants.entries()) {
      const supply = supplies[index];
      if (supply === undefined) continue;
      const seconds = await contestant.single(supply.take(SINGLE_COMMITS));
      single[index]?.push(SINGLE_COMMITS / seconds);
      const groups = Array.from({ length: GROUPS }, () => supply.take(GROUP_COMMITS));
      grouped[index]?.push((GROUPS * GROUP_COMMITS) / (await contestant.grouped(groups)));
    }
  }
  return contestants.map((_, index) => ({
    single: median(single[index] ?? []),
    grouped: median(grouped[index] ?? []),
  }));
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

function compare(
  name: string,
  both: { readonly ours: Rates; readonly base: Rates },
  share: number,
): Figure[] {
  const { ours: mine, base } = both;
  return [
    atLeast(share, { name: `${name}, one at a time`, value: mine.single / base.single, unit: "×" }),
    atLeast(share, {
      name: `${name}, grouped by 100`,
      value: mine.grouped / base.grouped,
      unit: "×",
    }),
  ];
}

function rates(name: string, { single, grouped }: Rates): Figure[] {
  return [
    plain({ name: `${name}, one at a time`, value: single, unit: "commits/s" }),
    plain({ name: `${name}, grouped by 100`, value: grouped, unit: "commits/s" }),
  ];
}

export const storeSuite: Suite = async (say) => {
  const folder = mkdtempSync(join(tmpdir(), "tutti-bench-"));
  const folderOf = (name: string): string => {
    const path = join(folder, name);
    mkdirSync(path);
    return path;
  };
  try {
    const figures: Figure[] = [];
    {
      say("commits, beside the bare database");
      using bare = await openRawStore(folderOf("raw"));
      const store = openSqliteStore(folderOf("young"));
      const [mine, base] = await compete([ours(store), raw(bare)], OLD_RUNS + 1);
      if (mine === undefined || base === undefined) throw new Error("no rates");
      figures.push(
        ...compare("durable commits, share of the bare database", { ours: mine, base }, RAW_SHARE),
      );
      figures.push(
        ...rates("durable commits", mine),
        ...rates("the same rows by bare node:sqlite", base),
      );
      await store.close();
    }
    say(`growth: storing ${OLD_RUNS} runs with ${OLD_RUNS * OLD_RUN_EVENTS} events`);
    const old = folderOf("old");
    const grown = openSqliteStore(old);
    await fill(grown);
    const fresh = openSqliteStore(folderOf("fresh"));
    say("growth: commits");
    const [big, small] = await compete([ours(grown), ours(fresh)], OLD_RUNS + 1);
    if (big === undefined || small === undefined) throw new Error("no rates");
    figures.push(
      ...compare(
        "durable commits with 10k runs and 1M events, share of a young store",
        { ours: big, base: small },
        GROWN_SHARE,
      ),
    );
    say("transcripts");
    figures.push(...measureTranscript(grown));
    await fresh.close();
    await grown.close();
    say("opening after a kill");
    const openings = await measureOpenings(old);
    figures.push(
      atMost(OPEN_MAX_S, {
        name: "open after a kill with 10k runs and 1M events, p99",
        value: percentile(openings, 0.99),
        unit: "s",
      }),
    );
    return figures;
  } finally {
    rmSync(folder, { recursive: true });
  }
};
