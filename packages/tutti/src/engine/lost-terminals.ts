import type { Actor, RunId } from "@tutti/protocol";
import type { Runs } from "./runs.ts";

const DESK: Actor = { kind: "system", part: "terminals" };

/** Those that a daemon had which was killed: they ended with it. */
export const closeLostTerminals = async (
  { document, handle }: Pick<Runs, "handle" | "document">,
  runs: readonly RunId[],
): Promise<void> => {
  for (const run of runs)
    for (const { id: terminal } of document(run)?.terminals ?? [])
      await handle(run, { kind: "terminal.close", terminal, reason: "lost", code: null }, DESK);
};
