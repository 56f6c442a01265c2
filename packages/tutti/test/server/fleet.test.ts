import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AuditPage,
  Fleet,
  ProjectLine,
  RunId,
  type TranscriptEntry,
  TuttiError,
} from "@tutti/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type ApiServer, createServer } from "../../src/server/create-server.ts";
import { memoryEngine, type MemoryEngine } from "./memory-engine.ts";
import { json, rawRequest, type RawRequest } from "./raw-request.ts";

const NOW = 1_700_000_500_000;
const KIM = { kind: "person", id: "kim" } as const;

let folder: string;
let engine: MemoryEngine;
let server: ApiServer;

const api = async (path: string, request: RawRequest = {}) => {
  const answer = await rawRequest(server.socketPath, `/api/v1${path}`, request);
  return { status: answer.status, body: JSON.parse(answer.text) };
};

const start = async (path: string, text: string): Promise<RunId> => {
  const started = await engine.startRun({ path, text }, KIM);
  if (started.kind === "rejected") throw new Error(started.message);
  return started.run;
};

/** Settles effects until an agent works. */
const untilTurn = (run: RunId): string => {
  for (;;) {
    const state = engine.document(run);
    const turn = Object.values(state?.effects ?? {}).find(
      ({ payload }) => payload.kind === "agent.turn",
    );
    if (turn?.payload.kind === "agent.turn")
      return `${run}/${turn.payload.step}/${turn.payload.attempt}`;
    if (!engine.step(run)) throw new Error("no agent works");
  }
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "tutti-fleet-"));
  engine = memoryEngine();
  server = await createServer(engine, {
    socketPath: join(folder, "run", "daemon.sock"),
    version: "1.2.3",
    stop: () => {},
    now: () => NOW,
  });
});

afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const fleet = async () => Fleet.parse((await api("/fleet")).body);

it("the fleet counts every token of a turn, from a cache or not, as budgets do", async () => {
  const session = untilTurn(await start("/repo", "Fix it"));
  const [, step = "", attempt = ""] = session.split("/");
  const taken = { inputTokens: 1, outputTokens: 20, cachedTokens: 300, cacheWriteTokens: 4000 };
  const rest = { requests: 1, errors: 0, unpriced: 0, totalMs: 5, firstByteMs: null };
  const totals = { ...taken, ...rest, costUsd: 0.5 };
  engine.metered.push({ by: "attempt", key: `${step}.${attempt}`, totals });
  expect((await fleet()).items).toMatchObject([{ session, tokens: 4321, usd: 0.5 }]);
});

it("the fleet shows each turn that has not ended, with the last line that says something", async () => {
  const run = await start("/repo", "Fix it");
  const session = untilTurn(run);
  expect((await fleet()).items).toMatchObject([{ session, state: "queued", total: 0, last: null }]);
  const said: TranscriptEntry[] = [
    { kind: "prompt", at: NOW - 9000, text: "Do it" },
    { kind: "text", at: NOW - 2000, text: "First this.\nThen the tests.\n\n" },
    { kind: "usage", at: NOW - 1000, inputTokens: 1, outputTokens: 1, costUsd: null },
  ];
  engine.transcripts.set(session, said);
  expect(await fleet()).toMatchObject({
    at: NOW,
    items: [
      {
        session,
        run,
        agent: "alto",
        family: "anthropic",
        state: "working",
        isPaused: false,
        total: 3,
        last: "Then the tests.",
        startedAt: NOW - 9000,
        lastAt: NOW - 1000,
        project: { path: "/repo" },
        title: "Fix it",
      },
    ],
  });
});

it("an agent of which nothing is heard is silent", async () => {
  const session = untilTurn(await start("/repo", "Fix it"));
  engine.transcripts.set(session, [{ kind: "text", at: NOW - 120_000, text: "Hm." }]);
  expect((await fleet()).items[0]?.state).toBe("silent");
  engine.transcripts.set(session, [{ kind: "text", at: NOW - 119_000, text: "Hm." }]);
  expect((await fleet()).items[0]?.state).toBe("working");
});

it("a run without a turn has no row", async () => {
  const run = await start("/repo", "Fix it");
  engine.settle(run);
  expect((await fleet()).items).toEqual([]);
});

it("everything is paused at once, and told who it was; what is paused already is left alone", async () => {
  const runs = [await start("/repo", "One"), await start("/other", "Two")];
  const paused = await api("/fleet/pause", json({ reason: "lunch" }));
  expect(paused.body.runs.toSorted()).toEqual(runs.toSorted());
  for (const run of runs) expect(engine.document(run)?.paused).toBe("lunch");
  expect((await fleet()).paused).toBe(2);
  expect((await api("/fleet/pause", json({ reason: "again" }))).body).toEqual({ runs: [] });
  expect((await api("/fleet/pause", json({ reason: " " }))).status).toBe(400);
});

it("everything is stopped, also where what is first asked cannot be stored", async () => {
  const runs = [
    await start("/repo", "One"),
    await start("/repo", "Two"),
    await start("/repo", "3"),
  ];
  const [paused = ""] = runs;
  engine.apply(RunId.parse(paused), { kind: "run.pause", reason: "lunch" }, KIM);
  const asked: string[] = [];
  const full = {
    ...engine,
    halt: async (run: RunId) => {
      asked.push(run);
      throw new TuttiError("disk.full", "There is no room.");
    },
  };
  const socketPath = join(folder, "run", "full.sock");
  const options = { socketPath, version: "1.2.3", stop: () => {}, now: () => NOW };
  await using other = await createServer(full, options);
  const stop = json({ reason: "enough" });
  const { status, text } = await rawRequest(other.socketPath, "/api/v1/fleet/stop", stop);
  expect([status, JSON.parse(text).code]).toEqual([507, "disk.full"]);
  expect(asked.toSorted()).toEqual(runs.toSorted());
});

it("projects are told with how many of their tasks are open, newest first", async () => {
  await start("/srv/shop", "One");
  await start("/srv/shop", "Two");
  await start("/srv/bill", "Three");
  const { body } = await api("/projects");
  const items = body.items.map((item: unknown) => ProjectLine.parse(item));
  expect(items).toMatchObject([
    { name: "bill", path: "/srv/bill", runs: 1, open: 1 },
    { name: "shop", path: "/srv/shop", runs: 2, open: 2 },
  ]);
});

it("the audit tells who did what, newest first, page by page, and of people alone", async () => {
  const run = await start("/repo", "Fix it");
  engine.settle(run);
  await api(`/runs/${run}/commands`, json({ kind: "run.pause", reason: "lunch" }));
  const page = async (query: string) => AuditPage.parse((await api(`/audit${query}`)).body);
  const all = await page("?limit=200");
  expect(all.items.map(({ seq }) => seq)).toEqual(
    engine
      .events(0, 200)
      .map(({ seq }) => seq)
      .toReversed(),
  );
  expect(all.next).toBeNull();
  expect(all.items[0]).toMatchObject({ run, did: "run.paused", about: "lunch" });
  const first = await page("?limit=2");
  const second = await page(`?limit=2&cursor=${first.next}`);
  expect([...first.items, ...second.items]).toEqual(all.items.slice(0, 4));
  const people = await page("?actor=person&limit=200");
  expect(people.items.length).toBeGreaterThan(0);
  expect(people.items.every(({ actor }) => actor.kind === "person")).toBe(true);
  expect(people.items.map(({ did }) => did)).toEqual(["run.paused", "run.started"]);
  expect((await api("/audit?actor=moon")).status).toBe(400);
  const others = await start("/repo", "Another");
  const own = await page(`?run=${others}&limit=200`);
  expect(new Set(own.items.map((line) => line.run))).toEqual(new Set([others]));
  for (const cursor of ["0", "-1", "x", "99999999"])
    expect((await api(`/audit?cursor=${cursor}`)).status).toBe(400);
  expect((await api("/audit?run=r-000000")).status).toBe(404);
});

it("a page of the audit looks through a bounded part of the store and says where to go on", async () => {
  const run = await start("/repo", "Fix it");
  engine.flood(45_000, 10);
  let looked = 0;
  const { events } = engine;
  Object.assign(engine, {
    events: (after: number, limit: number) => {
      looked += limit;
      return events(after, limit);
    },
  });
  const pages: AuditPage[] = [];
  let next: string | null = String(engine.head());
  while (next !== null) {
    looked = 0;
    const page = AuditPage.parse((await api(`/audit?actor=person&cursor=${next}`)).body);
    expect(looked).toBeLessThanOrEqual(21_000);
    pages.push(page);
    next = page.next;
  }
  expect(pages.length).toBe(3);
  expect(pages.flatMap(({ items }) => items)).toMatchObject([{ run, did: "run.started" }]);
});
