import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunEvent, RunId } from "@tutti/protocol";
import { connectDaemon, type DaemonClient } from "../../src/client/daemon-client.ts";
import { createLog } from "../../src/platform/log.ts";
import { createServer, type ApiServer } from "../../src/server/create-server.ts";
import { memoryEngine, type MemoryEngine } from "./memory-engine.ts";
import { rawRequest } from "./raw-request.ts";

const LIMITS = { heartbeatMs: 20, stallMs: 100 };
const KIM = { kind: "person", id: "kim" } as const;

let folder: string;
let engine: MemoryEngine;
let server: ApiServer;
let client: DaemonClient;
let end: AbortController;
let dropped: PromiseWithResolvers<void>;

const socketPath = (): string => join(folder, "daemon.sock");
const listen = () =>
  createServer(engine, {
    socketPath: socketPath(),
    version: "1",
    stop: () => undefined,
    limits: LIMITS,
    log: createLog({ write: () => dropped.resolve() }),
  });

const start = async (text: string): Promise<RunId> => {
  const started = await engine.startRun({ path: "/repo", text }, KIM);
  if (started.kind === "rejected") throw new Error(started.message);
  return started.run;
};

/** Reads until `count` events are there. */
const take = async (events: AsyncIterable<RunEvent>, count: number): Promise<RunEvent[]> => {
  const taken: RunEvent[] = [];
  for await (const event of events) {
    taken.push(event);
    if (taken.length === count) break;
  }
  return taken;
};

/** A reader that says what it wants and then decides itself when to read. */
const rawReader = async (path: string): Promise<Socket> => {
  const socket = connect(socketPath());
  await once(socket, "connect");
  socket.write(`GET /api/v1${path} HTTP/1.1\r\nhost: tutti\r\n\r\n`);
  return socket;
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "tutti-events-"));
  engine = memoryEngine();
  dropped = Promise.withResolvers<void>();
  server = await listen();
  client = connectDaemon({ socketPath: socketPath(), version: "1" });
  end = new AbortController();
});

afterEach(async () => {
  end.abort();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("live events", () => {
  it("come in order, from any sequence on, without a gap between past and present", async () => {
    const run = await start("One");
    const past = engine.head();
    const events = client.events({
      after: 0,
      signal: end.signal,
      onReady: () => engine.settle(run),
    });
    const taken = await take(events, past + 5);
    expect(taken.map(({ seq }) => seq)).toEqual(taken.map((_, index) => index + 1));
  });

  it("begin with what is new when no sequence is named", async () => {
    await start("Before");
    const before = engine.head();
    const ready = Promise.withResolvers<void>();
    const events = client.events({ signal: end.signal, onReady: ready.resolve });
    const first = take(events, 1);
    await ready.promise;
    await start("After");
    expect((await first)[0]?.seq).toBe(before + 1);
  });

  it("are those of one run when one is named", async () => {
    const one = await start("One");
    const events = client.events({ run: one, after: 0, signal: end.signal });
    await start("Two");
    engine.settle(one);
    const taken = await take(events, engine.eventsOf(one, 0, 1000).length);
    expect(new Set(taken.map((event) => event.run))).toEqual(new Set([one]));
  });

  it("catch up through more events than are kept in memory", async () => {
    engine.flood(2000, 10);
    const taken = await take(client.events({ after: 0, signal: end.signal }), 2000);
    expect(taken.at(-1)?.seq).toBe(2000);
    expect(new Set(taken.map(({ seq }) => seq)).size).toBe(2000);
  });

  it("show that the connection lives when nothing happens", async () => {
    const socket = await rawReader("/events");
    let text = "";
    for await (const chunk of socket.setEncoding("utf8")) {
      text += String(chunk);
      if (text.includes(": still here")) break;
    }
    expect(text).toContain("event: ready");
  });

  it("resume after the last event that was seen when the daemon comes back", async () => {
    await start("One");
    const ready = Promise.withResolvers<void>();
    const events = client.events({ after: 0, signal: end.signal, onReady: ready.resolve });
    const [first] = await take(events, 1);
    await server.close();
    server = await listen();
    const rest = await take(client.events({ after: first?.seq ?? 0, signal: end.signal }), 1);
    expect(rest[0]?.seq).toBe(2);
  });

  it("go on by themselves when the connection breaks", async () => {
    const ready = Promise.withResolvers<void>();
    const events = client.events({ after: 0, signal: end.signal, onReady: ready.resolve });
    const taken = take(events, 4);
    await ready.promise;
    engine.flood(2, 10);
    await server.close();
    server = await listen();
    engine.flood(2, 10);
    expect((await taken).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });

  it("end with a clear error when the daemon is gone", async () => {
    const events = client.events({ signal: end.signal, onReady: () => void server.close() });
    await expect(take(events, 1)).rejects.toMatchObject({ code: "daemon.unreachable" });
  });

  it("end quietly when their reader gives up", async () => {
    const events = client.events({ signal: end.signal, onReady: () => end.abort() });
    expect(await take(events, 1)).toEqual([]);
  });

  it("refuse a sequence that is no number or lies ahead", async () => {
    for (const query of ["after=x", "after=-1", "after=99", "run=nonsense"]) {
      const { status } = await rawRequest(socketPath(), `/api/v1/events?${query}`);
      expect(status).toBeGreaterThanOrEqual(400);
    }
  });
});

describe("a reader that is far behind", () => {
  it("lets others have their turn between the pages that it looks through", async () => {
    engine.flood(20_000, 10);
    const run = await start("One");
    let turns = 0;
    const pages: number[] = [];
    const { events } = engine;
    Object.assign(engine, {
      events: (after: number, limit: number) => {
        pages.push(turns);
        return events(after, limit);
      },
    });
    let ticking = setImmediate(function tick() {
      turns += 1;
      ticking = setImmediate(tick);
    });
    const taken = await take(client.events({ run, after: 0, signal: end.signal }), 1);
    clearImmediate(ticking);
    expect(taken[0]?.run).toBe(run);
    const inOneTurn = Map.groupBy(pages, (turn) => turn);
    expect(Math.max(...[...inOneTurn.values()].map(({ length }) => length))).toBeLessThan(4);
  });
});

describe("a reader that stops reading", () => {
  it("is dropped, keeps nothing, and does not hold up the others", async () => {
    const stalled = await rawReader("/events?after=0");
    await once(stalled, "readable");
    stalled.pause();
    const live = client.events({ after: 0, signal: end.signal });
    engine.flood(300, 64 * 1024);
    const taken = await take(live, 300);
    expect(taken).toHaveLength(300);
    await dropped.promise;
    // What it did receive is far less than what was sent: the rest was never kept for it.
    let bytes = 0;
    stalled.on("error", () => undefined);
    stalled.on("data", (chunk: Buffer) => (bytes += chunk.length));
    stalled.resume();
    await once(stalled, "close");
    expect(bytes).toBeLessThan(8 * 1024 * 1024);
  });
});
