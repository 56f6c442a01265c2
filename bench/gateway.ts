/**
 * Suite `gateway`: what the way through the gateway adds, beside the way straight to the same provider
 * on loopback. Client, gateway and provider are processes of their own.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { atMost, median, percentile, plain } from "./figures.ts";
import type { Figure, Suite } from "./figures.ts";

const PAIRS = 1_000;
const WARM_UP_PAIRS = 200;
/** What agents send in mid-task: their whole conversation, every time. */
const TYPICAL_BODY_BYTES = 100 * 1024;
const SMALL_BODY_BYTES = 1024;
const FLOOD_MIB = 512;
const FLOOD_ROUNDS = 5;
const STREAMS = 200;
const STREAM_S = 30;
/** What the provider plays, as models. Each has a price: the session is bounded in dollars. */
const SHORT = "short";
const FLOOD = `flood:${FLOOD_MIB}`;
const TRICKLE = `trickle:${STREAM_S}`;
const MODELS = [SHORT, FLOOD, TRICKLE];
/** Until buffers and compiled code have settled. */
const SETTLING_MS = 10_000;
const LOOK_EVERY_MS = 500;

const ADDED_MAX_MS = 2;
const RATE_MIN_MIB_S = 100;
const SHARE_MIN = 0.5;
const GROWTH_MAX_MIB = 32;

const KIB_PER_MIB = 1_024;
const BYTES_PER_MIB = 1024 * 1024;

type Way = { readonly port: number; readonly token: string; readonly agent: Agent };

/** Starts a program and reads the line that says it is ready. */
async function start(name: string, args: readonly string[]): Promise<[ChildProcess, string]> {
  const program = join(import.meta.dirname, "programs", name);
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: child.stdout })) return [child, line];
  throw new Error(`${name} ended before it was ready`);
}

const wayTo = (port: number, token: string): Way => ({
  port,
  token,
  agent: new Agent({ keepAlive: true }),
});

const bodyOf = (model: string, bytes: number): string =>
  JSON.stringify({ model, max_tokens: 1_000, messages: [{ role: "user", content: "" }] }).replace(
    '"content":""',
    `"content":"${"word ".repeat(Math.ceil(bytes / 5))}"`,
  );

async function ask({ port, token, agent }: Way, body: string): Promise<IncomingMessage> {
  const headers = {
    "x-api-key": token,
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
  };
  const outgoing = request({
    host: "127.0.0.1",
    port,
    agent,
    method: "POST",
    path: "/v1/messages",
    headers,
  });
  outgoing.end(body);
  const [message]: IncomingMessage[] = await once(outgoing, "response");
  if (message === undefined || message.statusCode !== 200) throw new Error("no answer");
  return message;
}

/** Bytes of an answer, read to its end. */
async function drain(message: IncomingMessage): Promise<number> {
  let bytes = 0;
  message.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
  });
  await once(message, "end");
  return bytes;
}

async function timeOne(way: Way, body: string): Promise<number> {
  const begun = performance.now();
  await drain(await ask(way, body));
  return performance.now() - begun;
}

type Ways = { readonly direct: Way; readonly through: Way };

async function measureLatency({ direct, through }: Ways, bytes: number): Promise<Figure[]> {
  const body = bodyOf(SHORT, bytes);
  const added: number[] = [];
  const straight: number[] = [];
  for (let pair = -WARM_UP_PAIRS; pair < PAIRS; pair += 1) {
    // Who goes first changes, so that neither always finds the other's warm caches.
    const isDirectFirst = pair % 2 === 0;
    const first = await timeOne(isDirectFirst ? direct : through, body);
    const second = await timeOne(isDirectFirst ? through : direct, body);
    if (pair < 0) continue;
    added.push(isDirectFirst ? second - first : first - second);
    straight.push(isDirectFirst ? first : second);
  }
  const what = `request of ${Math.round(bytes / KIB_PER_MIB)} KiB`;
  return [
    atMost(ADDED_MAX_MS, { name: `${what}: added, p50`, value: median(added), unit: "ms" }),
    plain({ name: `${what}: added, p95`, value: percentile(added, 0.95), unit: "ms" }),
    plain({ name: `${what}: without the gateway, p50`, value: median(straight), unit: "ms" }),
  ];
}

async function rateOf(way: Way): Promise<number> {
  const begun = performance.now();
  const bytes = await drain(await ask(way, bodyOf(FLOOD, 0)));
  return bytes / BYTES_PER_MIB / ((performance.now() - begun) / 1_000);
}

async function measureThroughput({ direct, through }: Ways): Promise<Figure[]> {
  const rounds: { readonly straight: number; readonly led: number }[] = [];
  for (let round = 0; round < FLOOD_ROUNDS; round += 1) {
    const straight = await rateOf(direct);
    rounds.push({ straight, led: await rateOf(through) });
  }
  const led = median(rounds.map((round) => round.led));
  const share = median(rounds.map((round) => round.led / round.straight));
  const straight = median(rounds.map((round) => round.straight));
  const figure = plain({ name: "one stream", value: led, unit: "MiB/s" });
  const bar = `≥ ${RATE_MIN_MIB_S} or half`;
  return [
    { ...figure, bar, met: led >= RATE_MIN_MIB_S || share >= SHARE_MIN },
    plain({ name: "one stream, share of the way without the gateway", value: share, unit: "×" }),
    plain({ name: "one stream without the gateway", value: straight, unit: "MiB/s" }),
  ];
}

function residentMib(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+) kB/mu.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kib) / KIB_PER_MIB;
}

/** Streams at once that trickle; memory is looked at once they have settled, to their end. */
async function measureMemory({ through }: Ways, pid: number): Promise<Figure[]> {
  const idle = residentMib(pid);
  const body = bodyOf(TRICKLE, TYPICAL_BODY_BYTES);
  const streams = Array.from({ length: STREAMS }, async () => drain(await ask(through, body)));
  const ended = Promise.all(streams);
  await wait(SETTLING_MS);
  const looks: number[] = [];
  const state = { isOver: false };
  void ended.finally(() => {
    state.isOver = true;
  });
  while (!state.isOver) {
    looks.push(residentMib(pid));
    await wait(LOOK_EVERY_MS);
  }
  const bytes = (await ended).reduce((sum, each) => sum + each, 0);
  const third = Math.ceil(looks.length / 3);
  const growth = median(looks.slice(-third)) - median(looks.slice(0, third));
  const name = `${STREAMS} streams at once: growth of memory`;
  return [
    atMost(GROWTH_MAX_MIB, { name, value: growth, unit: "MiB" }),
    plain({
      name: `${STREAMS} streams at once: most memory`,
      value: Math.max(...looks),
      unit: "MiB",
    }),
    plain({ name: "memory of the gateway before", value: idle, unit: "MiB" }),
    plain({
      name: `${STREAMS} streams at once: passed on`,
      value: bytes / BYTES_PER_MIB,
      unit: "MiB",
    }),
  ];
}

export const gatewaySuite: Suite = async (say) => {
  const folder = mkdtempSync(join(tmpdir(), "tutti-bench-"));
  const children: ChildProcess[] = [];
  try {
    const [provider, providerPort] = await start("gateway-provider.ts", []);
    children.push(provider);
    const [gateway, line] = await start("gateway-session.ts", [folder, providerPort, ...MODELS]);
    children.push(gateway);
    const [port = "", token = ""] = line.split(" ");
    const ways = {
      direct: wayTo(Number(providerPort), "none"),
      through: wayTo(Number(port), token),
    };
    say("latency, in pairs");
    const figures = await measureLatency(ways, TYPICAL_BODY_BYTES);
    figures.push(...(await measureLatency(ways, SMALL_BODY_BYTES)));
    say(`${STREAMS} streams at once`);
    figures.push(...(await measureMemory(ways, gateway.pid ?? 0)));
    say("throughput of one stream");
    return [...figures, ...(await measureThroughput(ways))];
  } finally {
    for (const child of children) child.kill();
    rmSync(folder, { recursive: true });
  }
};
