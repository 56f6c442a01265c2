/** What every store must do. A store passes by calling `testStore` with a way to open it. */
import { randomBytes } from "node:crypto";
import type { TranscriptEntry } from "@tutti/protocol";
import { Sha256 } from "@tutti/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Committed, RunSummary, Store } from "../../packages/tutti/src/engine/ports/store.ts";
import {
  SAMPLE_ACTOR,
  sampleCommit,
  sampleDocument,
  sampleEffect,
  sampleRunId,
} from "../fixtures/runs.ts";
import { testMeter } from "./store-meter.ts";

export type StoreUnderTest = {
  /** Opens the same data again after `close`. */
  readonly open: () => Promise<Store>;
  /** Changes the fold version of a stored document behind the store's back. */
  readonly ageDocument: (run: string) => Promise<void>;
  readonly dispose: () => Promise<void>;
};

const run = sampleRunId(1);
const other = sampleRunId(2);
const LEASE = { owner: "worker-1", until: 1_000 };

const versionsOf = (committed: Committed): readonly number[] =>
  committed.kind === "committed" ? committed.events.map(({ version }) => version) : [];

const text = (value: string): TranscriptEntry => ({ kind: "text", at: 1, text: value });

const lines = (from: number, count: number): TranscriptEntry[] =>
  Array.from({ length: count }, (_, index) => text(`line ${from + index}`));

function pagesOf(store: Store, query: Parameters<Store["runs"]>[0]): string[][] {
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = store.runs(cursor === undefined ? query : { ...query, cursor });
    pages.push(page.items.map(({ id }) => id));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return pages;
}

export function testStore(create: () => Promise<StoreUnderTest>): void {
  let tested: StoreUnderTest;
  let store: Store;

  beforeEach(async () => {
    tested = await create();
    store = await tested.open();
  });

  afterEach(async () => {
    await store.close();
    await tested.dispose();
  });

  const reopen = async (): Promise<void> => {
    await store.close();
    store = await tested.open();
  };

  describe("commit", () => {
    it("stores events, document and summary together and gives them back after a reopen", async () => {
      const commit = sampleCommit(run, 0, { events: 3 });
      const committed = await store.commit(commit);
      expect(committed.kind).toBe("committed");
      await reopen();
      expect(store.eventsOf(run, 0, 10)).toEqual(
        commit.events.map((event, index) => ({ ...event, seq: index + 1 })),
      );
      expect(store.document(run)).toEqual(commit.document);
      expect(store.runs({ limit: 10 }).items).toEqual([commit.summary]);
    });

    it("knows what was done for a request, after a reopen too, and nothing of what was stale", async () => {
      const request = { key: "k-1", fingerprint: "f-1" };
      await store.commit({ ...sampleCommit(run, 0), request });
      await store.commit({ ...sampleCommit(run, 0), request: { ...request, key: "k-2" } });
      await store.commit(sampleCommit(run, 1));
      await store.close();
      store = await tested.open();
      expect(store.request("k-1")).toEqual({ fingerprint: "f-1", run, version: 1 });
      expect(store.request("k-2")).toBeNull();
    });

    it("answers stale with the present version and writes nothing", async () => {
      await store.commit(sampleCommit(run, 0, { events: 2 }));
      const effect = sampleEffect(run, 9);
      const answer = await store.commit(sampleCommit(run, 1, { requested: [effect] }));
      expect(answer).toEqual({ kind: "stale", version: 2 });
      expect(store.head()).toBe(2);
      expect(store.openEffects()).toEqual([]);
    });

    it("answers stale to the second start of one run", async () => {
      const [first, second] = await Promise.all([
        store.commit(sampleCommit(run, 0)),
        store.commit(sampleCommit(run, 0)),
      ]);
      expect(first.kind).toBe("committed");
      expect(second).toEqual({ kind: "stale", version: 1 });
    });

    it("answers stale to a run it does not have", async () => {
      expect(await store.commit(sampleCommit(run, 4))).toEqual({ kind: "stale", version: 0 });
    });

    it("keeps the order of calls for commits of one run that are asked for at once", async () => {
      const answers = await Promise.all(
        [0, 1, 2, 3].map((version) => store.commit(sampleCommit(run, version))),
      );
      expect(answers.flatMap(versionsOf)).toEqual([1, 2, 3, 4]);
    });

    it("numbers the events of all runs without gaps in the order of commits", async () => {
      await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          store.commit(sampleCommit(sampleRunId(index), 0, { events: 2 })),
        ),
      );
      const seen = store.events(0, 1_000);
      expect(seen.map(({ seq }) => seq)).toEqual(
        Array.from({ length: 100 }, (_, index) => index + 1),
      );
      expect(store.head()).toBe(100);
      expect(store.events(98, 10).map(({ seq }) => seq)).toEqual([99, 100]);
      expect(store.events(0, 3)).toHaveLength(3);
    });

    it("does not let a stale or a broken commit hurt its neighbours, and leaves no gap", async () => {
      await store.commit(sampleCommit(run, 0));
      const unknown = sampleEffect(run, 7).id;
      const broken = store.commit(sampleCommit(run, 1, { settled: [unknown] }));
      const answers = await Promise.allSettled([
        store.commit(sampleCommit(other, 0)),
        broken,
        store.commit(sampleCommit(run, 0)),
        store.commit(sampleCommit(sampleRunId(3), 0)),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([
        "fulfilled",
        "rejected",
        "fulfilled",
        "fulfilled",
      ]);
      expect(store.events(0, 10).map((event) => [event.seq, event.run])).toEqual([
        [1, run],
        [2, other],
        [3, sampleRunId(3)],
      ]);
      expect((await store.commit(sampleCommit(other, 1))).kind).toBe("committed");
      expect((await store.commit(sampleCommit(sampleRunId(3), 1))).kind).toBe("committed");
      expect(store.eventsOf(other, 0, 10).map(({ version }) => version)).toEqual([1, 2]);
    });

    it("refuses a commit with a hole in its versions", async () => {
      await expect(store.commit({ ...sampleCommit(run, 0), expectedVersion: 1 })).rejects.toThrow(
        "does not continue",
      );
    });

    it("gives no document of another fold version, and keeps its events", async () => {
      await store.commit(sampleCommit(run, 0));
      await tested.ageDocument(run);
      expect(store.document(run)).toBeNull();
      expect(store.eventsOf(run, 0, 10)).toHaveLength(1);
    });

    it("has no document and no events of an unknown run", () => {
      expect(store.document(run)).toBeNull();
      expect(store.eventsOf(run, 0, 10)).toEqual([]);
      expect(store.head()).toBe(0);
    });

    it("takes audit lines of refused commands, with and without a run", async () => {
      const line = {
        at: 1,
        actor: SAMPLE_ACTOR,
        action: "run.start",
        outcome: "rejected",
        detail: "",
      } as const;
      await expect(store.audit({ ...line, run: null })).resolves.toBeUndefined();
      await expect(store.audit({ ...line, run })).resolves.toBeUndefined();
      expect(store.doings({ upTo: 10, limit: 10 })).toEqual([]);
    });

    it("gives what was done outside every run, newest first, between the events of its time", async () => {
      const note = async (detail: string) =>
        await store.audit({
          run: null,
          at: 1,
          actor: SAMPLE_ACTOR,
          action: "key.set",
          outcome: "accepted",
          detail,
        });
      await note("first");
      await store.commit(sampleCommit(run, 0, { events: 3 }));
      await note("second");
      await note("third");
      await reopen();
      await store.commit(sampleCommit(other, 0));
      await note("fourth");
      const all = store.doings({ upTo: 4, limit: 10 });
      expect(all.map(({ about, after }) => [about, after])).toEqual([
        ["fourth", 4],
        ["third", 3],
        ["second", 3],
        ["first", 0],
      ]);
      expect(all[0]).toMatchObject({ at: 1, actor: SAMPLE_ACTOR, did: "key.set" });
      const { number = 0 } = all[1] ?? {};
      expect(store.doings({ upTo: 3, before: number, limit: 1 })).toEqual([all[2]]);
      expect(store.doings({ upTo: 2, limit: 10 })).toEqual([all[3]]);
    });
  });

  describe("runs", () => {
    beforeEach(async () => {
      for (let index = 0; index < 7; index += 1) {
        const startedAt = 100 + Math.floor(index / 2);
        const summary = {
          project: index % 2 === 0 ? "p-even00" : "p-odd000",
          state: index < 3 ? "merged" : "working",
          startedAt,
        };
        await store.commit(sampleCommit(sampleRunId(index), 0, { summary }));
      }
    });

    it("lists the newest first, in pages that neither repeat nor skip", () => {
      const newestFirst = [6, 5, 4, 3, 2, 1, 0].map(sampleRunId);
      expect(pagesOf(store, { limit: 3 })).toEqual([
        newestFirst.slice(0, 3),
        newestFirst.slice(3, 6),
        newestFirst.slice(6),
      ]);
      expect(pagesOf(store, { limit: 7 })).toEqual([newestFirst]);
    });

    it("filters by project and states", () => {
      expect(pagesOf(store, { project: "p-even00", limit: 10 })).toEqual([
        [6, 4, 2, 0].map(sampleRunId),
      ]);
      expect(pagesOf(store, { states: ["merged"], limit: 2 }).flat()).toEqual(
        [2, 1, 0].map(sampleRunId),
      );
      expect(pagesOf(store, { states: [], limit: 2 }).flat()).toEqual([]);
      expect(pagesOf(store, { project: "p-even00", states: ["working"], limit: 1 }).flat()).toEqual(
        [6, 4].map(sampleRunId),
      );
    });

    it("shows the summary of the latest commit", async () => {
      const families = { authors: ["anthropic"], reviewers: ["openai", "google"] };
      const board = { column: "review" as const, families };
      await store.commit(
        sampleCommit(sampleRunId(0), 1, {
          summary: {
            state: "waiting",
            text: "approve the spec",
            attention: 2,
            board,
            updatedAt: 999,
          },
        }),
      );
      const [found] = store.runs({ states: ["waiting"], limit: 1 }).items;
      expect(found).toMatchObject({
        id: sampleRunId(0),
        text: "approve the spec",
        attention: 2,
        board,
        updatedAt: 999,
      });
    });

    it("counts the runs of each project, those that are open too, the last that moved first", async () => {
      const commit = (number: number, summary: Partial<RunSummary>) =>
        store.commit(sampleCommit(sampleRunId(number), 0, { summary }));
      await commit(900, { project: "p-shop", state: "merged", updatedAt: 5 });
      await commit(901, { project: "p-shop", state: "waiting", updatedAt: 40 });
      await commit(902, { project: "p-shop", state: "paused", updatedAt: 7 });
      await commit(903, { project: "p-bill", state: "merged", updatedAt: 50 });
      const counted = store
        .projects(["waiting", "paused"])
        .filter(({ project }) => ["p-shop", "p-bill"].includes(project));
      expect(counted).toEqual([
        { project: "p-bill", runs: 1, open: 0, lastAt: 50, newest: sampleRunId(903) },
        { project: "p-shop", runs: 3, open: 2, lastAt: 40, newest: sampleRunId(902) },
      ]);
    });

    it("refuses a cursor it did not give", () => {
      expect(() => store.runs({ cursor: "1; DROP TABLE runs", limit: 1 })).toThrow("cursor");
    });
  });

  describe("effects", () => {
    const first = sampleEffect(run, 1, { kind: "agent.turn" });
    const second = sampleEffect(run, 2, { notBefore: 500 });

    beforeEach(async () => {
      await store.commit(sampleCommit(run, 0, { requested: [first, second] }));
    });

    it("keeps requested effects open, in order, until a commit closes them", async () => {
      const pending = { state: "pending", attempt: 1, owner: null, leaseUntil: null };
      expect(store.openEffects()).toEqual([
        { effect: first, ...pending },
        { effect: second, ...pending },
      ]);
      const third = sampleEffect(run, 3);
      await store.commit(
        sampleCommit(run, 1, { settled: [first.id], cancelled: [second.id], requested: [third] }),
      );
      await reopen();
      expect(store.openEffects()).toEqual([{ effect: third, ...pending }]);
    });

    it("lets one worker claim a row and no other, not even at the same moment", async () => {
      const [won, lost] = await Promise.all([
        store.claim([first.id, second.id], LEASE),
        store.claim([first.id], { owner: "worker-2", until: 2_000 }),
      ]);
      expect(won).toEqual([first.id, second.id]);
      expect(lost).toEqual([]);
      await reopen();
      expect(store.openEffects()[0]).toEqual({
        effect: first,
        state: "active",
        attempt: 1,
        owner: "worker-1",
        leaseUntil: 1_000,
      });
    });

    it("counts an attempt when a row is released and lets it be claimed again", async () => {
      await store.claim([first.id], LEASE);
      await store.release(first.id, 700);
      await store.release(first.id, 900);
      expect(store.openEffects()[0]).toEqual({
        effect: { ...first, notBefore: 700 },
        state: "pending",
        attempt: 2,
        owner: null,
        leaseUntil: null,
      });
      expect(await store.claim([first.id], LEASE)).toEqual([first.id]);
    });

    it("lengthens the lease for its owner only", async () => {
      await store.claim([first.id], LEASE);
      await store.heartbeat([first.id, second.id], { owner: "worker-2", until: 9_000 });
      expect(store.openEffects()[0]?.leaseUntil).toBe(1_000);
      await store.heartbeat([first.id, second.id], { owner: "worker-1", until: 3_000 });
      expect(store.openEffects().map(({ leaseUntil }) => leaseUntil)).toEqual([3_000, null]);
    });

    it("does not claim, settle or cancel a closed row again", async () => {
      await store.commit(sampleCommit(run, 1, { settled: [first.id] }));
      expect(await store.claim([first.id], LEASE)).toEqual([]);
      await expect(store.commit(sampleCommit(run, 2, { settled: [first.id] }))).rejects.toThrow(
        "not open",
      );
      await expect(store.commit(sampleCommit(run, 2, { cancelled: [first.id] }))).rejects.toThrow(
        "not open",
      );
    });

    it("does not let one run settle another run's effect", async () => {
      await expect(store.commit(sampleCommit(other, 0, { settled: [first.id] }))).rejects.toThrow(
        "not open",
      );
      expect(store.document(other)).toBeNull();
    });
  });

  describe("transcripts", () => {
    const session = `${run}/build.1`;
    it("shows what was appended at once, and still after a flush and a reopen", async () => {
      store.transcript.append(session, lines(0, 3));
      expect(store.transcript.read(session, 0, 10)).toEqual({
        from: 0,
        total: 3,
        entries: lines(0, 3),
      });
      store.transcript.flush();
      store.transcript.append(session, lines(3, 2));
      expect(store.transcript.read(session, 0, 10)).toEqual({
        from: 0,
        total: 5,
        entries: lines(0, 5),
      });
      await reopen();
      store.transcript.append(session, lines(5, 1));
      expect(store.transcript.read(session, 4, 10)).toEqual({
        from: 4,
        total: 6,
        entries: lines(4, 2),
      });
    });

    it("reads any window, also from the end and across what is written and what is not", () => {
      store.transcript.append(session, lines(0, 10));
      store.transcript.flush();
      store.transcript.append(session, lines(10, 10));
      expect(store.transcript.read(session, 8, 4)).toEqual({
        from: 8,
        total: 20,
        entries: lines(8, 4),
      });
      expect(store.transcript.read(session, -2, 10)).toEqual({
        from: 18,
        total: 20,
        entries: lines(18, 2),
      });
      expect(store.transcript.read(session, -50, 2)).toEqual({
        from: 0,
        total: 20,
        entries: lines(0, 2),
      });
      expect(store.transcript.read(session, 50, 2)).toEqual({ from: 20, total: 20, entries: [] });
      expect(store.transcript.read(`${run}/none`, 0, 5)).toEqual({
        from: 0,
        total: 0,
        entries: [],
      });
    });

    it("lists a run's sessions in order, and no other run's", () => {
      store.transcript.append(`${run}/setup`, lines(0, 1));
      store.transcript.append(`${other}/setup`, lines(0, 1));
      store.transcript.flush();
      store.transcript.append(`${run}/build`, lines(0, 1));
      expect(store.transcript.sessions(run)).toEqual([`${run}/setup`, `${run}/build`]);
    });

    it("splits a text that is too long without losing a character", () => {
      const long = "🎼".repeat(100_000);
      store.transcript.append(session, [text(long)]);
      const { entries, total } = store.transcript.read(session, 0, 100);
      expect(total).toBeGreaterThan(1);
      expect(entries.map((entry) => ("text" in entry ? entry.text : "")).join("")).toBe(long);
    });

    it("gives a large window in parts", () => {
      const part = "x".repeat(60_000);
      store.transcript.append(
        session,
        Array.from({ length: 200 }, () => text(part)),
      );
      const read = store.transcript.read(session, 0, 1_000);
      expect(read.total).toBe(200);
      expect(read.entries.length).toBeGreaterThan(0);
      expect(read.entries.length).toBeLessThan(200);
      const rest = store.transcript.read(session, read.entries.length, 1_000);
      expect(rest.from).toBe(read.entries.length);
      expect(rest.entries.length).toBeGreaterThan(0);
    });
  });

  testMeter({ store: () => store, reopen });

  describe("blobs", () => {
    it("keeps bytes under their hash, once", async () => {
      const bytes = randomBytes(300_000);
      const [hash, again] = await Promise.all([store.blobs.put(bytes), store.blobs.put(bytes)]);
      expect(again).toBe(hash);
      await reopen();
      expect(Buffer.from((await store.blobs.get(hash)) ?? [])).toEqual(bytes);
    });

    it("keeps the empty blob and has no blob that was never put", async () => {
      const hash = await store.blobs.put(new Uint8Array());
      expect(await store.blobs.get(hash)).toHaveLength(0);
      expect(await store.blobs.get(Sha256.parse("0".repeat(64)))).toBeNull();
    });
  });

  it("refuses writes after it was closed, and has kept those before", async () => {
    const before = store.commit(sampleCommit(run, 0));
    const closing = store.close();
    await expect(store.commit(sampleCommit(run, 1))).rejects.toMatchObject({
      code: "store.failed",
    });
    await closing;
    expect((await before).kind).toBe("committed");
    store = await tested.open();
    expect(store.document(run)).toEqual(sampleDocument(run, 1));
  });
}
