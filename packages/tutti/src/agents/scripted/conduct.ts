/** How a turn goes on or ends, and every way in which a real agent misbehaves. */
import { once } from "node:events";
import type { ActionOf } from "./script.ts";
import { textOf } from "./script.ts";
import type { Handlers, Outcome, Stage } from "./stage.ts";
import { textBlock } from "./stage.ts";
import { CANCELLED, pause } from "./talk.ts";

/** Bytes of one piece of a flood, when the script names none. */
const FLOOD_CHUNK_BYTES = 1000;
/** JSON-RPC internal error, as agents answer when their provider fails. */
const REFUSED = -32_603;
const KEEP_ALIVE_MS = 60_000;

const writers: Record<ActionOf<"flood">["as"], (piece: string, stage: Stage) => void> = {
  messages: (piece, stage) =>
    stage.update({ sessionUpdate: "agent_message_chunk", content: textBlock(piece) }),
  line: (piece, stage) => stage.wire.raw(piece),
  garbage: (piece, stage) => stage.wire.raw(`${piece}\n`),
  stderr: (piece) => void process.stderr.write(`${piece}\n`),
};

const flood = async (
  { bytes, as, chunk = FLOOD_CHUNK_BYTES }: ActionOf<"flood">,
  stage: Stage,
): Promise<Outcome> => {
  const piece = "x".repeat(chunk);
  const aborted = new Promise((resolve) => stage.signal.addEventListener("abort", resolve));
  for (let sent = 0; sent < bytes; sent += chunk) {
    if (stage.signal.aborted) return CANCELLED;
    writers[as](piece, stage);
    const stream = as === "stderr" ? process.stderr : process.stdout;
    // A slow reader slows the flood down; else it would only fill this process.
    if (stream.writableNeedDrain) await Promise.race([once(stream, "drain"), aborted]);
  }
  if (as === "line") stage.wire.raw("\n");
  return null;
};

export const conduct = {
  sleep: async ({ ms }, stage) => ((await pause(ms, stage.signal)) ? null : CANCELLED),
  stop: ({ reason }) => ({ stop: reason }),
  refuse: ({ message, code = REFUSED }) => ({ refuse: { code, message } }),
  exit: ({ code = 0 }) => process.exit(code),
  crash: async ({ signal = "SIGKILL" }) => {
    process.kill(process.pid, signal);
    return new Promise<null>(() => setInterval(() => null, KEEP_ALIVE_MS));
  },
  hang: async () => new Promise<null>(() => setInterval(() => null, KEEP_ALIVE_MS)),
  "ignore-sigterm": () => {
    process.on("SIGTERM", () => null);
    // Also stays when its standard input ends.
    setInterval(() => null, KEEP_ALIVE_MS);
    process.stdin.removeAllListeners("end");
    return null;
  },
  garbage: ({ text, times = 1 }, stage) => {
    for (let sent = 0; sent < times; sent += 1) stage.wire.raw(`${text}\n`);
    return null;
  },
  complain: ({ text }) => {
    process.stderr.write(textOf(text));
    return null;
  },
  flood,
} satisfies Partial<Handlers>;
