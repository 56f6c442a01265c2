/** This terminal becomes the screen and the keyboard of one inside the fence, until that one ends. */
import type { TerminalEnded, TerminalView } from "@tutti/protocol";
import { Readable } from "node:stream";
import { TextDecoder } from "node:util";
import type { Client } from "@tutti/client";
import { ApiError } from "@tutti/client/api-error";
import type { Cli, InputStream } from "../cli.ts";
import { printableLine } from "./printable.ts";
import { isRaw, type RawInput } from "./read-secret.ts";
import { createTyping } from "./typing.ts";

type Keyboard = RawInput & Readable;

export const isKeyboard = (stdin: InputStream): stdin is Keyboard =>
  isRaw(stdin) && stdin instanceof Readable;

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
  const typed = createTyping(
    (data) => client.typeInTerminal(terminal, data),
    (lost, error) => tellLost(cli, lost, error),
  );
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

/** On the screen itself, which has no other place: what was pasted is not there, and nobody would know. */
function tellLost({ deps: { stderr } }: Cli, lost: number, error: unknown): void {
  if (error instanceof ApiError && error.code === "terminal.ended") return; // its end is told
  const isBusy = error instanceof ApiError && error.code === "terminal.busy";
  const why = isBusy ? "What runs here reads nothing now" : printableLine(messageOf(error));
  const what = lost === 1 ? "1 character that was" : `${lost} characters that were`;
  stderr.write(`\r\n[tutti: ${why}. Lost: ${what} typed or pasted.]\r\n`);
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message.replace(/\.$/u, "") : String(error);
