/**
 * The agent's standard streams as the message stream of the ACP SDK, with bounds. A message is read
 * only when the one before was taken and there is room for what it brings, so an agent that sends
 * faster than it is read waits in its own write. Lines that are not messages are counted and shown;
 * answers to requests that were never made are dropped.
 */
import type { Readable, Writable } from "node:stream";
import type { AnyMessage, Stream } from "@agentclientprotocol/sdk";
import type { AgentFailure } from "../../engine/ports/agents.ts";
import { Broken, createAllowance, createLedger, lines } from "./bounds.ts";
import type { Ledger } from "./bounds.ts";
import { failure } from "./failures.ts";
import { GARBAGE_LINES_MAX } from "./limits.ts";
import { cut } from "./transcript.ts";

export type Listener = {
  /** The agent sent something. */
  readonly heard: () => void;
  /** Raw params of a `session/update`. */
  readonly updated: (params: unknown) => void;
  /** Text of its process that is not part of the conversation. */
  readonly output: (stream: "stdout" | "stderr", text: string) => void;
  /** Resolves when what comes next can be taken. */
  readonly room: () => Promise<void>;
  /** Called once, for what ends the connection from this side. */
  readonly failed: (failure: AgentFailure) => void;
};

const UPDATE = "session/update";

const isMessage = (value: unknown): value is AnyMessage =>
  typeof value === "object" &&
  value !== null &&
  (("method" in value && typeof value.method === "string") ||
    ("id" in value && ("result" in value || "error" in value)));

const parse = (line: string): AnyMessage | null => {
  try {
    const value: unknown = JSON.parse(line);
    // Some agents leave the version out; the SDK insists on it.
    return isMessage(value) ? { ...value, jsonrpc: "2.0" } : null;
  } catch {
    // Not a message: the caller counts it.
    return null;
  }
};

type Ends = {
  readonly listener: Listener;
  readonly ledger: Ledger;
  readonly spend: (bytes: number) => void;
};

async function* messages(
  stdout: Readable,
  { listener, ledger, spend }: Ends,
): AsyncGenerator<AnyMessage, void, undefined> {
  let garbage = 0;
  for await (const line of lines(stdout, spend)) {
    if (line.trim() === "") continue;
    const message = parse(line);
    if (message !== null && ledger.received(message)) {
      listener.heard();
      await Promise.all([listener.room(), ledger.room()]);
      // Updates do not go through the SDK: it drops those that its strict schema does not know.
      if ("method" in message && message.method === UPDATE) listener.updated(message.params);
      else yield message;
      continue;
    }
    garbage += 1;
    listener.output("stdout", `${cut(line, 1000)}\n`);
    if (garbage > GARBAGE_LINES_MAX)
      throw new Broken(
        failure(
          "agent.protocol",
          `The agent wrote ${garbage} lines on its standard output that are not ACP messages.`,
        ),
      );
    await listener.room();
  }
}

const report = (error: unknown, listener: Listener): void => {
  if (error instanceof Broken) listener.failed(error.failure);
};

const write = (stdin: Writable, text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    stdin.write(text, (error) => (error ? reject(error) : resolve()));
  });

type Process = { readonly stdin: Writable; readonly stdout: Readable; readonly stderr: Readable };

const readableOf = (process: Process, ends: Ends): ReadableStream<AnyMessage> => {
  const source = messages(process.stdout, ends);
  return new ReadableStream<AnyMessage>(
    {
      pull: async (controller) => {
        try {
          const next = await source.next();
          if (next.done === true) controller.close();
          else controller.enqueue(next.value);
        } catch (error) {
          // A broken pipe ends the connection too; the process's exit says why.
          report(error, ends.listener);
          controller.error(error);
        }
      },
      cancel: () => {
        process.stdout.destroy();
      },
    },
    { highWaterMark: 0 },
  );
};

/** Reads standard error to its end; `note` gets all of it. */
const readStderr = async (
  stderr: Readable,
  { listener, spend }: Ends,
  note: (text: string) => void,
): Promise<void> => {
  stderr.setEncoding("utf8");
  try {
    for await (const data of stderr) {
      const text = String(data);
      spend(text.length);
      note(text);
      listener.output("stderr", text);
      await listener.room();
    }
  } catch (error) {
    report(error, listener);
  }
};

/** Starts reading at once. `lastWords` gets standard error as it comes. */
export const openTransport = (
  process: Process,
  listener: Listener,
  lastWords: (text: string) => void,
): Stream => {
  const ledger = createLedger();
  const ends: Ends = { listener, ledger, spend: createAllowance() };
  // A dead agent shows as its exit; the write that fails with it is reported to the SDK by its callback.
  process.stdin.on("error", () => undefined);
  void readStderr(process.stderr, ends, lastWords);
  const writable = new WritableStream<AnyMessage>({
    write: async (message) => {
      ledger.sent(message);
      await write(process.stdin, `${JSON.stringify(message)}\n`);
    },
  });
  return { readable: readableOf(process, ends), writable };
};
