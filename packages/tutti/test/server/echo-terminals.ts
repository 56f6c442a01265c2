/** Terminals without a fence: what is typed is shown, `exit` ends, and sizes are told. */
import { PassThrough } from "node:stream";
import type { ExitFact } from "../../src/engine/ports/sandbox.ts";
import type { Terminals } from "../../src/engine/ports/terminal.ts";

export const echoTerminals: Terminals = {
  open: async (_spec, { kind, size, signal }) => {
    signal.throwIfAborted();
    const output = new PassThrough();
    const { promise: exited, resolve } = Promise.withResolvers<ExitFact>();
    const end = (fact: ExitFact): Promise<ExitFact> => {
      output.end();
      resolve(fact);
      return exited;
    };
    const stop = () => end({ code: null, signal: "SIGKILL", ended: "stopped" });
    signal.addEventListener("abort", () => void stop(), { once: true });
    if (kind === "screen") output.write(`${size.rows}x${size.columns}\n`);
    return {
      output,
      errors: null,
      endInput: () => void end({ code: 7, signal: null, ended: null }),
      write: (text) => {
        if (text === "exit\r") void end({ code: 3, signal: null, ended: null });
        else output.write(text);
        return text !== "full";
      },
      resize: ({ rows, columns }) => output.write(`${rows}x${columns}\n`),
      exited,
      stop,
    };
  },
};
