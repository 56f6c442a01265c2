/**
 * A provider of Anthropic's dialect for the bench, a process of its own: a short answer, a flood of a
 * given size, or a stream that trickles. What it plays is the request's `model`: `short`, `flood:MIB`,
 * `trickle:SECONDS`. Prints its port.
 */
import { createServer } from "node:http";
import type { ServerResponse } from "node:http";

const BLOCK_BYTES = 64 * 1024;
const MIB = 1024 * 1024;
const TRICKLE_EVERY_MS = 20;
const TRICKLE_BYTES = 2 * 1024;

const event = (value: { readonly type: string }): string =>
  `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`;

const usage = { input_tokens: 25_000, cache_read_input_tokens: 20_000, output_tokens: 1 };
const BEGIN = event(
  Object.assign({ type: "message_start" }, { message: { model: "claude-sonnet-4-5", usage } }),
);
/** As providers send them: a few words each. */
const DELTA = event(
  Object.assign(
    { type: "content_block_delta" },
    { index: 0, delta: { type: "text_delta", text: "and then it reads the next few words of it" } },
  ),
);
const END =
  event(Object.assign({ type: "message_delta" }, { delta: {}, usage: { output_tokens: 500 } })) +
  event({ type: "message_stop" });
const some = (bytes: number): Buffer => Buffer.from(DELTA.repeat(Math.ceil(bytes / DELTA.length)));
const BLOCK = some(BLOCK_BYTES);
const SIP = some(TRICKLE_BYTES);

function flood(response: ServerResponse, bytes: number): void {
  let left = bytes;
  const pump = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= BLOCK.length;
      if (response.write(BLOCK)) continue;
      response.once("drain", pump);
      return;
    }
    response.end(END);
  };
  pump();
}

function trickle(response: ServerResponse, seconds: number): void {
  let left = Math.ceil((seconds * 1_000) / TRICKLE_EVERY_MS);
  const timer = setInterval(() => {
    left -= 1;
    if (response.destroyed || left <= 0) {
      clearInterval(timer);
      response.end(END);
    } else if (!response.writableNeedDrain) {
      response.write(SIP);
    }
  }, TRICKLE_EVERY_MS);
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const asked = /"model":"(?<kind>[a-z]+)(?::(?<amount>\d+))?"/u.exec(
      Buffer.concat(chunks).toString("latin1"),
    )?.groups;
    const amount = Number(asked?.["amount"] ?? 0);
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(BEGIN);
    if (asked?.["kind"] === "flood") flood(response, amount * MIB);
    else if (asked?.["kind"] === "trickle") trickle(response, amount);
    else response.end(DELTA.repeat(10) + END);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  process.stdout.write(`${address.port}\n`);
});
