/** Terminals that a daemon had which was killed: they ended with it. */
import { setTimeout as delay } from "node:timers/promises";
import type { Actor, RunId } from "@tutti/protocol";
import type { Deps } from "./ports/deps.ts";
import type { Runs } from "./runs.ts";

const DESK: Actor = { kind: "system", part: "terminals" };
const AGAIN_MS = 2000;

type Parts = { readonly runs: Pick<Runs, "handle" | "document">; readonly log: Deps["log"] };

/** A full disk keeps no daemon from starting: what cannot be stored yet is stored when there is room. */
export const createLostTerminals = ({ runs, log }: Parts) => {
  const stopping = new AbortController();
  const { signal } = stopping;
  const close = async (
    lost: { readonly run: RunId; readonly terminal: string }[],
  ): Promise<void> => {
    for (let next = lost[0]; next !== undefined; next = lost[0]) {
      const { run, terminal } = next;
      const command = { kind: "terminal.close", terminal, reason: "lost", code: null } as const;
      await runs.handle(run, command, DESK);
      lost.shift();
    }
  };
  const closeLater = async (lost: Parameters<typeof close>[0]): Promise<void> => {
    while (lost.length > 0 && !signal.aborted) {
      await delay(AGAIN_MS, undefined, { signal, ref: false }).catch(() => undefined);
      if (!signal.aborted) await close(lost).catch(() => undefined);
    }
  };
  return {
    close: async (of: readonly RunId[]): Promise<void> => {
      const lost = of.flatMap((run) =>
        (runs.document(run)?.terminals ?? []).map(({ id }) => ({ run, terminal: id })),
      );
      try {
        await close(lost);
      } catch (error) {
        log("the end of lost terminals could not be recorded yet", { error: String(error) });
        void closeLater(lost);
      }
    },
    stop: (): void => stopping.abort(),
  };
};
