/** Reading a terminal to its end, no faster than readers and the daemon can bear. */
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { type TerminalView, TuttiError } from "@tutti/protocol";
import type { Terminal } from "./ports/terminal.ts";
import type { TerminalLog } from "./terminal-output.ts";

/** A program that says more than this in PACE_MS is held up until they have gone by. */
const PACE_BYTES = 512 * 1024;
const PACE_MS = 100;

type Said = {
  readonly terminal: Terminal | null;
  readonly view: Pick<TerminalView, "kind">;
  /** It is being ended: nobody is waited for. */
  readonly ending: AbortController;
  readonly log: TerminalLog;
  readonly used: () => void;
};

/** Until it has ended and all that it said is kept; the code of its shell. Throws `workspace.full`. */
export const keepWhatIsSaid = async (entry: Said): Promise<number | null> => {
  const { terminal, view } = entry;
  if (terminal === null) return null;
  const keep = keeperOf(entry);
  const { output, errors } = terminal;
  await Promise.all([
    keep(output, false),
    errors === null ? null : keep(errors, view.kind === "script"),
  ]);
  const { code, ended } = await terminal.exited;
  if (ended === "workspace-full") throw new TuttiError("workspace.full", "It is full.");
  return code;
};

const keeperOf = ({ view, log, used, ending: { signal } }: Said) => {
  let said = 0;
  let since = performance.now();
  return async (stream: Readable, isError: boolean): Promise<void> => {
    for await (const chunk of stream) {
      const bytes: Uint8Array = chunk;
      log.push(bytes, isError);
      used();
      // Whoever gave a script gets every byte of what it says: it waits for its reader, as for a pipe's.
      if (view.kind === "script") await log.read(signal).catch(() => undefined);
      said += bytes.byteLength;
      const pastMs = performance.now() - since;
      if (said > PACE_BYTES && pastMs < PACE_MS) await delay(PACE_MS - pastMs);
      if (said <= PACE_BYTES && pastMs < PACE_MS) continue;
      said = 0;
      since = performance.now();
    }
  };
};
