/** This terminal becomes the screen and the keyboard of one inside the fence, until that one ends. */
import type { TerminalEnded, TerminalView } from "@tutti/protocol";
import { Readable } from "node:stream";
import { TextDecoder } from "node:util";
import type { Client } from "@tutti/client";
import { ApiError } from "@tutti/client/api-error";
import type { Cli, InputStream } from "../cli.ts";
import { isRaw, type RawInput } from "./read-secret.ts";

type Keyboard = RawInput & Readable;

export const isKeyboard = (stdin: InputStream): stdin is Keyboard =>
  isRaw(stdin) && stdin instanceof Readable;

/** As the daemon takes it. */
const TERMINAL_INPUT_MAX_CHARS = 16_384;
/** As much of a text as goes at once, of characters of two halves both. */
export const inputPart = (text: string): string => {
  const part = text.slice(0, TERMINAL_INPUT_MAX_CHARS);
  return part.length < text.length ? part.replace(/[\uD800-\uDBFF]$/u, "") : part;
};

const RECONNECT_MS = 50;

/** A stream that breaks off goes on where it was, as long as the daemon answers. */
export const onLost = (_lost: number, error: unknown): number => {
  if (error instanceof ApiError) throw error;
  return RECONNECT_MS;
};

const DEFAULT_SIZE = { rows: 24, columns: 80 };

const sizeOf = ({ rows, columns }: { readonly rows?: number; readonly columns?: number }) => ({
  rows: rows ?? DEFAULT_SIZE.rows,
  columns: columns ?? DEFAULT_SIZE.columns,
});

export const screenSize = (cli: Cli) => sizeOf(cli.deps.stdout);

type Attached = {
  readonly client: Client;
  readonly terminal: TerminalView;
  readonly keyboard: Keyboard;
};

/** Resolves with its end. It is closed when this program is told to end before that. */
export async function attach(
  cli: Cli,
  { client, terminal, keyboard }: Attached,
): Promise<TerminalEnded> {
  const { stdout, signal } = cli.deps;
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const typed = createTyping((data) => client.typeInTerminal(terminal, data));
  // Of what is pasted a character may come in two pieces.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const type = (chunk: Uint8Array): void => typed(decoder.decode(chunk, { stream: true }));
  const resize = (): void => {
    void client.resizeTerminal(terminal, screenSize(cli)).catch(() => undefined); // it has ended
  };
  keyboard.setRawMode(true);
  keyboard.on("data", type);
  stdout.on("resize", resize);
  try {
    for await (const news of client.readTerminal(terminal, { signal: either, onLost })) {
      if (news.kind === "ended") return { reason: news.reason, code: news.code };
      if (news.kind === "output") stdout.write(news.bytes);
    }
    return { reason: "lost", code: null };
  } finally {
    over.abort();
    keyboard.off("data", type);
    stdout.off("resize", resize);
    keyboard.setRawMode(false);
    keyboard.pause();
    await client.closeTerminal(terminal).catch(() => undefined); // ended already, or with the daemon
  }
}

/** One request at a time, with all that was typed meanwhile: keys arrive in their order. */
function createTyping(send: (data: string) => Promise<unknown>): (text: string) => void {
  let waiting = "";
  let isSending = false;
  const pump = async (): Promise<void> => {
    isSending = true;
    while (waiting !== "") {
      const data = inputPart(waiting);
      waiting = waiting.slice(data.length);
      // What is not taken is lost, as on a terminal whose program does not read.
      await send(data).catch(() => undefined);
    }
    isSending = false;
  };
  return (text) => {
    waiting += text;
    if (!isSending) void pump();
  };
}
