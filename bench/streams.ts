/**
 * Suite `streams`: many agents that write at once, and what a second reader sees of it. The agents are
 * real processes in the sandbox; readers speak the public interface: the stream of events says which
 * session grew, and the page that shows a session reads on from where it was.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Script } from "../packages/tutti/src/agents/scripted/script.ts";
import { foldersOf, socketPath } from "../packages/tutti/src/platform/paths.ts";
import { createDaemon, type Daemon } from "../test/fixtures/daemon.ts";
import { createProject, type Project } from "../test/fixtures/project.ts";
import { atMost, type Figure, percentile, plain, type Suite } from "./figures.ts";
import { buildScriptedAgent } from "./package.ts";

const AGENTS = 200;
const EVERY_MS = 100;
/** Longer than all of it takes: the daemon ends while they write. */
const UPDATES = 12_000;
const READY_WITHIN_MS = 300_000;
const WINDOW_MS = 20_000;
const LIVE_READERS = 10;
const STALLED_READERS = 500;
const LOOK_EVERY_MS = 250;
/** Until what a reader that reads nothing is sent fills its buffers: from then on it stalls. */
const FILLED_MS = 5000;
/** More than what frames that are on their way when a window ends take. */
const SETTLE_MS = 1000;

const LATE_MAX_MS = 250;
const MEMORY_MAX_MIB = 1024;
const STALLED_MAX_MIB = 1;
const CHANGED_MAX_SHARE = 0.1;
const KIB_PER_MIB = 1024;

const WORKFLOW = `---
name: streams
description: One turn that writes for long.
waives: { plan: measured without it, review: measured without it, test: measured without it }
---
# Streams

## Step: implement
\`\`\`yaml
kind: agent
stage: implement
role: author
access: workspace
\`\`\`
{{task.text}}

## Step: merge
\`\`\`yaml
kind: merge
\`\`\`
`;

const SCRIPT: Script = {
  name: "alto",
  turns: [
    {
      step: "implement",
      do: [{ do: "stream", text: "A line of some words.\n", updates: UPDATES, everyMs: EVERY_MS }],
    },
  ],
};

const projectOf = (folder: string, program: string): Project => {
  const script = join(folder, "streams.json");
  writeFileSync(script, JSON.stringify(SCRIPT));
  return createProject({
    agents: {},
    roles: { author: "alto" },
    checks: {},
    others: {
      agents: { alto: { command: [process.execPath, program, script], family: "anthropic" } },
      read: [program, script],
    },
    workflows: { streams: WORKFLOW },
  });
};

type Growth = { readonly total: number; readonly at: number };

type Reader = {
  /** By session: what the newest frame said. */
  readonly seen: Map<string, Growth>;
  /** Age of the newest entry of each session of each frame, in ms, since the last call. */
  readonly takeAges: () => number[];
  /** Not one frame was cut, and the connection still stands. */
  readonly isWhole: () => boolean;
  readonly close: () => void;
};

const socketOf = (daemon: Daemon): string => socketPath(foldersOf(daemon.env), "daemon.sock");

const get = async (socket: string, path: string): Promise<IncomingMessage> => {
  const asked = request({ socketPath: socket, path: `/api/v1${path}`, headers: { host: "tutti" } });
  asked.end();
  const [response] = await once(asked, "response");
  return response;
};

const openReader = async (socket: string): Promise<Reader> => {
  const seen = new Map<string, Growth>();
  const response = await get(socket, "/events");
  let ages: number[] = [];
  let rest = "";
  response.setEncoding("utf8").on("data", (text: string) => {
    const now = Date.now();
    const frames = (rest + text).split("\n\n");
    rest = frames.pop() ?? "";
    for (const frame of frames) {
      const [, data] = /^event: activity\ndata: (.*)$/mu.exec(frame) ?? [];
      if (data === undefined) continue;
      const { sessions }: { sessions: Record<string, Growth> } = JSON.parse(data);
      for (const [session, growth] of Object.entries(sessions)) {
        seen.set(session, growth);
        ages.push(now - growth.at);
      }
    }
  });
  return {
    seen,
    takeAges: () => {
      const taken = ages;
      ages = [];
      return taken;
    },
    isWhole: () => !response.destroyed && !response.complete,
    close: () => response.destroy(),
  };
};

/** Connects and reads nothing from then on. */
const openStalled = async (socket: string): Promise<IncomingMessage> => {
  const response = await get(socket, "/events");
  return response.pause();
};

const memoryMiB = (pid: number): number => {
  const [, kib = "0"] = /^VmRSS:\s+(\d+)/mu.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kib) / KIB_PER_MIB;
};

/** Age of each entry of one session when a page that shows it has read it; and that none is missing. */
const viewOne = async (daemon: Daemon, reader: Reader, until: number) => {
  const session = [...reader.seen.keys()].find((name) => name.endsWith("/implement/1")) ?? "";
  let from = reader.seen.get(session)?.total ?? 0;
  const ages: number[] = [];
  let missing = 0;
  while (Date.now() < until) {
    await wait(EVERY_MS / 2);
    if ((reader.seen.get(session)?.total ?? 0) <= from) continue;
    const window = await daemon.bare.transcript(session, { from, limit: 500 });
    const now = Date.now();
    missing += Math.abs(window.from - from);
    ages.push(...window.entries.map(({ at }) => now - at));
    from = window.from + window.entries.length;
  }
  return { ages, missing };
};

const mostMemory = async (pid: number, until: number): Promise<number> => {
  let most = 0;
  while (Date.now() < until) {
    most = Math.max(most, memoryMiB(pid));
    await wait(LOOK_EVERY_MS);
  }
  return most;
};

const allWriting = async (reader: Reader, say: (progress: string) => void): Promise<void> => {
  const start = Date.now();
  let told = 0;
  const writing = (): number =>
    [...reader.seen.keys()].filter((name) => name.endsWith("/implement/1")).length;
  while (writing() < AGENTS) {
    if (Date.now() - start > READY_WITHIN_MS)
      throw new Error(`only ${writing()} of ${AGENTS} agents write`);
    await wait(LOOK_EVERY_MS);
    if (writing() < told + AGENTS / 4) continue;
    told = writing();
    say(`${told} of ${AGENTS} agents write`);
  }
};

const totalOf = (reader: Reader): number =>
  [...reader.seen.values()].reduce((sum, { total }) => sum + total, 0);

/** Entries that the store has and the reader was not told of, once it is all quiet. */
const untold = async (daemon: Daemon, reader: Reader): Promise<number> => {
  let missed = 0;
  for (const [session, { total }] of reader.seen) {
    const window = await daemon.bare.transcript(session, { from: -1, limit: 1 });
    missed += Math.max(0, window.total - total - 1);
  }
  return missed;
};

const measureWriters = async (daemon: Daemon, second: Reader): Promise<Figure[]> => {
  const until = Date.now() + WINDOW_MS;
  second.takeAges();
  const before = totalOf(second);
  const pid = await daemon.pid();
  const [view, memory] = await Promise.all([
    viewOne(daemon, second, until),
    mostMemory(pid, until),
  ]);
  const entries = totalOf(second) - before;
  const name = `${AGENTS} agents, ${1000 / EVERY_MS} updates a second each`;
  return [
    atMost(LATE_MAX_MS, {
      name: `${name}: entry to second reader, p99`,
      value: percentile(second.takeAges(), 0.99),
      unit: "ms",
    }),
    atMost(LATE_MAX_MS, {
      name: `${name}: entry to the page that shows it, p99`,
      value: percentile(view.ages, 0.99),
      unit: "ms",
    }),
    atMost(0, {
      name: `${name}: entries of the shown session lost`,
      value: view.missing,
      unit: "",
    }),
    atMost(MEMORY_MAX_MIB, { name: `${name}: memory of the daemon`, value: memory, unit: "MiB" }),
    plain({ name: "entries stored", value: (entries / WINDOW_MS) * 1000, unit: "/s" }),
  ];
};

const measureStalled = async (daemon: Daemon, readers: readonly Reader[]): Promise<Figure[]> => {
  const socket = socketOf(daemon);
  const pid = await daemon.pid();
  const agesOf = async (): Promise<number> => {
    for (const reader of readers) reader.takeAges();
    await wait(WINDOW_MS);
    return percentile(
      readers.flatMap((reader) => reader.takeAges()),
      0.99,
    );
  };
  const alone = await agesOf();
  const before = memoryMiB(pid);
  const stalled: IncomingMessage[] = [];
  for (let index = 0; index < STALLED_READERS; index += 1) stalled.push(await openStalled(socket));
  await wait(FILLED_MS);
  const beside = await agesOf();
  const each = (memoryMiB(pid) - before) / STALLED_READERS;
  for (const one of stalled) one.destroy();
  const name = `${LIVE_READERS} readers`;
  return [
    plain({ name: `${name}, p99`, value: alone, unit: "ms" }),
    plain({
      name: `${name} beside ${STALLED_READERS} stalled ones, p99`,
      value: beside,
      unit: "ms",
    }),
    atMost(CHANGED_MAX_SHARE, {
      name: `${name}: p99 grows by stalled ones`,
      value: Math.max(0, beside / alone - 1),
      unit: "×",
    }),
    atMost(STALLED_MAX_MIB, { name: "memory of a stalled reader", value: each, unit: "MiB" }),
    atMost(0, {
      name: `${name}: dropped`,
      value: readers.filter((reader) => !reader.isWhole()).length,
      unit: "",
    }),
  ];
};

const measure = async (folder: string, say: (progress: string) => void): Promise<Figure[]> => {
  using project = projectOf(folder, buildScriptedAgent());
  await using daemon = createDaemon(project, { env: { TUTTI_MAX_TURNS: String(AGENTS) } });
  await daemon.client.health();
  const readers = await Promise.all(
    Array.from({ length: LIVE_READERS }, () => openReader(socketOf(daemon))),
  );
  const [first, second] = readers;
  if (first === undefined || second === undefined) throw new Error("there are no readers");
  for (let index = 0; index < AGENTS; index += 1)
    await daemon.client.startRun({ path: project.root, text: "Write on", workflow: "streams" });
  await allWriting(second, say);
  say("measuring what a second reader sees");
  const writers = await measureWriters(daemon, second);
  say(`${STALLED_READERS} readers that stall`);
  const stalled = await measureStalled(daemon, readers);
  await wait(SETTLE_MS);
  const lost = await untold(daemon, second);
  for (const reader of readers) reader.close();
  return [
    ...writers,
    ...stalled,
    plain({
      name: "sessions whose last frame is more than one entry behind",
      value: lost,
      unit: "",
    }),
  ];
};

export const streamsSuite: Suite = async (say) => {
  const folder = mkdtempSync(join(tmpdir(), "tutti-bench-streams-"));
  try {
    return await measure(folder, say);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
