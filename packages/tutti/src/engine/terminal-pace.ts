/** Reading a terminal to its end, no faster than readers and the daemon can bear. */
import { setTimeout as delay } from "node:timers/promises";
import { TuttiError } from "@tutti/protocol";
import type { Terminal } from "./ports/terminal.ts";
import type { TerminalLog } from "./terminal-output.ts";

/** A program that says more than this in PACE_MS is held up until they have gone by. */
const PACE_BYTES = 512 * 1024;
const PACE_MS = 100;

type Said = {
  readonly terminal: Terminal | null;
  readonly log: TerminalLog;
  readonly used: () => void;
};

/** Until it has ended and all that it said is kept; the code of its shell. Throws `workspace.full`. */
export const keepWhatIsSaid = async ({ terminal, log, used }: Said): Promise<number | null> => {
  if (terminal === null) return null;
  let said = 0;
  let since = performance.now();
  for await (const chunk of terminal.output) {
    const bytes: Uint8Array = chunk;
    log.push(bytes);
    used();
    said += bytes.byteLength;
    const pastMs = performance.now() - since;
    if (said > PACE_BYTES && pastMs < PACE_MS) await delay(PACE_MS - pastMs);
    if (said <= PACE_BYTES && pastMs < PACE_MS) continue;
    said = 0;
    since = performance.now();
  }
  const { code, ended } = await terminal.exited;
  if (ended === "workspace-full") throw new TuttiError("workspace.full", "It is full.");
  return code;
};
