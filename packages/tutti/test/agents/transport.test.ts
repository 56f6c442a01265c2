import { PassThrough, Readable } from "node:stream";
import { expect, it } from "vitest";
import type { AnyMessage } from "@agentclientprotocol/sdk";
import { OPEN_REQUESTS_MAX } from "../../src/agents/acp/limits.ts";
import type { Listener } from "../../src/agents/acp/transport.ts";
import { openTransport } from "../../src/agents/acp/transport.ts";
import type { AgentFailure } from "../../src/engine/ports/agents.ts";

const always = async (): Promise<void> => undefined;

/** `source` is written to its standard output before anything else. */
const open = ({ room = always, source }: { room?: Listener["room"]; source?: Readable } = {}) => {
  const process = {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
  };
  source?.pipe(process.stdout);
  const updates: unknown[] = [];
  const output: string[] = [];
  const failures: AgentFailure[] = [];
  const listener: Listener = {
    room,
    heard: () => undefined,
    updated: (params) => updates.push(params),
    output: (stream, text) => output.push(`${stream}: ${text}`),
    failed: (failure) => failures.push(failure),
  };
  let words = "";
  const stream = openTransport(process, listener, (text) => {
    words += text;
  });
  return { ...process, stream, updates, output, failures, lastWords: () => words };
};

const line = (message: object): string => `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`;
const update = (n: number): string => line({ method: "session/update", params: { n } });

/** Reads messages until the stream ends. */
const readAll = async (stream: ReturnType<typeof open>["stream"]): Promise<AnyMessage[]> => {
  const messages: AnyMessage[] = [];
  for await (const message of stream.readable) messages.push(message);
  return messages;
};

it("puts lines together however they are cut, also inside a character", async () => {
  const agent = open();
  const bytes = Buffer.from(
    line({ method: "note", params: { text: "größer ✓" } }) + line({ id: 7, method: "ask" }),
  );
  for (const byte of bytes) agent.stdout.write(Buffer.from([byte]));
  agent.stdout.end();
  expect(await readAll(agent.stream)).toEqual([
    { jsonrpc: "2.0", method: "note", params: { text: "größer ✓" } },
    { jsonrpc: "2.0", id: 7, method: "ask" },
  ]);
});

it("takes a last line without an end, empty lines and carriage returns", async () => {
  const agent = open();
  agent.stdout.end(`\r\n\n${line({ method: "a" }).trim()}\r\n${line({ method: "b" }).trim()}`);
  expect(await readAll(agent.stream)).toMatchObject([{ method: "a" }, { method: "b" }]);
});

it("passes on messages that leave the protocol's version out", async () => {
  const agent = open();
  agent.stdout.end('{"method":"a"}\n');
  expect(await readAll(agent.stream)).toEqual([{ jsonrpc: "2.0", method: "a" }]);
});

it("drops answers that nobody asked for, and shows them", async () => {
  const agent = open();
  const writer = agent.stream.writable.getWriter();
  await writer.write({ jsonrpc: "2.0", id: 1, method: "initialize" });
  agent.stdout.end(
    line({ id: 2, result: {} }) + line({ id: 1, result: {} }) + line({ id: 1, result: {} }),
  );
  expect(await readAll(agent.stream)).toEqual([{ jsonrpc: "2.0", id: 1, result: {} }]);
  expect(agent.output).toHaveLength(2);
});

it("reads nothing more while there is no room for what it brings", async () => {
  const gate = Promise.withResolvers<void>();
  let written = 0;
  const lines = function* () {
    for (; written < 1000; written += 1)
      yield Buffer.from(`${update(written)}${" ".repeat(1000)}\n`);
  };
  const source = Readable.from(lines(), { objectMode: false, highWaterMark: 16_384 });
  const agent = open({ room: () => gate.promise, source });
  const reading = readAll(agent.stream);
  for (let rounds = 0; rounds < 100; rounds += 1) await new Promise(setImmediate);
  expect(agent.updates).toEqual([]);
  expect(written).toBeLessThan(400);
  gate.resolve();
  await reading;
  expect(agent.updates).toHaveLength(1000);
});

it("reads nothing more while too many requests of the agent have no answer", async () => {
  const agent = open();
  const writer = agent.stream.writable.getWriter();
  for (let id = 0; id < 1000; id += 1) agent.stdout.write(line({ id, method: "craft/drain" }));
  const reader = agent.stream.readable.getReader();
  for (let id = 0; id < OPEN_REQUESTS_MAX - 1; id += 1) await reader.read();
  const next = reader.read();
  await new Promise(setImmediate);
  expect(
    await Promise.race([
      next.then(() => "read"),
      new Promise((resolve) => setImmediate(resolve, "waits")),
    ]),
  ).toBe("waits");
  await writer.write({ jsonrpc: "2.0", id: 0, result: {} });
  expect(await next).toMatchObject({ done: false });
});

it("gives up on an agent that only writes nonsense", async () => {
  const agent = open();
  agent.stdout.end("not a message\n".repeat(500));
  await expect(readAll(agent.stream)).rejects.toThrow("not ACP messages");
  expect(agent.failures).toMatchObject([{ code: "agent.protocol" }]);
  expect(agent.output.length).toBeLessThan(250);
});

it("keeps all of standard error for the last words", async () => {
  const agent = open();
  agent.stderr.end("one\ntwo\n");
  agent.stdout.end();
  await readAll(agent.stream);
  await new Promise(setImmediate);
  expect(agent.lastWords()).toBe("one\ntwo\n");
});
