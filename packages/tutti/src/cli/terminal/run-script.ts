/** Standard input is the script of a terminal without a screen; what it says comes out here as it is. */
import { once } from "node:events";
import { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { TextDecoder } from "node:util";
import type { TerminalEnded, TerminalView } from "@tutti/protocol";
import { TuttiError } from "@tutti/protocol/errors";
import type { Client } from "@tutti/client";
import { ApiError } from "@tutti/client/api-error";
import type { Cli, InputStream, Output } from "../cli.ts";
import { onLost } from "./attach.ts";
import { inputPart } from "./typing.ts";

/** Until it is asked again whether a script that reads slowly takes more. */
const BUSY_MS = 50;

type Scripted = { readonly client: Client; readonly terminal: TerminalView };

/** Resolves with its end. It is closed when this program is told to end before that. */
export async function runScript(cli: Cli, { client, terminal }: Scripted): Promise<TerminalEnded> {
  const { stdin, signal } = cli.deps;
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const given = giveScript(stdin, { client, terminal, signal: either }).catch((error: unknown) => {
    over.abort();
    return error;
  });
  try {
    const end = await show(cli, { client, terminal, signal: either });
    if (end !== null) return end;
    // Nothing told its end: what kept the script from being given did, or this program is told to end.
    const problem = over.signal.aborted ? await given : null;
    if (problem instanceof Error) throw problem;
    signal.throwIfAborted();
    return { reason: "lost", code: null };
  } finally {
    over.abort();
    // It may still wait for more of a script whose shell has ended, and would keep this program.
    if (stdin instanceof Readable) stdin.destroy();
    await client.closeTerminal(terminal).catch(() => undefined); // ended already, or with the daemon
  }
}

type Showing = Scripted & { readonly signal: AbortSignal };

/** Null when aborted. */
async function show(
  { deps: { stdout, stderr } }: Cli,
  { client, terminal, signal }: Showing,
): Promise<TerminalEnded | null> {
  let position = 0;
  for await (const news of client.readTerminal(terminal, { signal, onLost })) {
    if (news.kind === "ended") return { reason: news.reason, code: news.code };
    if (news.kind !== "output") continue;
    if (news.from !== position)
      throw new TuttiError("internal", "Some of what the script said is lost.");
    position += news.bytes.byteLength;
    await write(news.isError ? stderr : stdout, { bytes: news.bytes, signal });
  }
  return null;
}

/** No faster than whoever reads it: the script waits meanwhile, as for a pipe. */
async function write(
  stream: Output,
  { bytes, signal }: { readonly bytes: Uint8Array; readonly signal: AbortSignal },
): Promise<void> {
  if (stream.write(bytes)) return;
  await once(stream, "drain", { signal });
}

/** Resolves with null: all of it is given, or its shell has ended before. */
async function giveScript(
  stdin: InputStream,
  { client, terminal, signal }: Showing,
): Promise<null> {
  // A character may come in two pieces; what is no text at all is refused instead of changed.
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const give = async (text: string): Promise<void> => {
    for (let rest = text; rest !== "";) {
      const data = inputPart(rest);
      rest = rest.slice(data.length);
      await whenTaken(() => client.typeInTerminal(terminal, data), signal);
    }
  };
  try {
    for await (const chunk of stdin)
      await give(textOf(decoder, typeof chunk === "string" ? Buffer.from(chunk) : chunk));
    await give(textOf(decoder));
    await client.endScript(terminal);
  } catch (error) {
    if (!isCode(error, "terminal.ended")) throw error;
  }
  return null;
}

function textOf(decoder: TextDecoder, chunk?: Uint8Array): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch (error) {
    throw new TuttiError("usage", "What comes on standard input is not UTF-8 text.", {
      cause: error,
    });
  }
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof ApiError && error.code === code;

/** What was refused because the script reads slowly was not taken: it is sent again. */
async function whenTaken(send: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await send();
      return;
    } catch (error) {
      if (!isCode(error, "terminal.busy")) throw error;
    }
    await delay(BUSY_MS, undefined, { signal });
  }
}
