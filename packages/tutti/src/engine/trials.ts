/**
 * What is tried outside of runs: `tutti doctor`, and one agent. Each has a workspace on disk under an id
 * like a run's, and belongs to no run and no effect; while it lasts that workspace is in use.
 */
import { RunId } from "@tutti/protocol";
import type { Engine } from "./api.ts";
import type { Deps } from "./ports/deps.ts";
import { probeProject } from "./probe.ts";
import { tryAgent } from "./try-agent.ts";

type Trials = Pick<Engine, "probe" | "testAgent"> & { readonly inUse: () => readonly RunId[] };

export const createTrials = (deps: Deps, fence: () => Promise<void>): Trials => {
  const open = new Set<RunId>();
  const during = async <Result>(work: (run: RunId) => Promise<Result>): Promise<Result> => {
    const run = RunId.parse(deps.ids.run());
    open.add(run);
    try {
      return await work(run);
    } finally {
      open.delete(run);
    }
  };
  return {
    probe: (path, options) => during((run) => probeProject(deps, { run, path }, options)),
    testAgent: async (request, options) => {
      await fence();
      return await during((run) => tryAgent(deps, { ...request, run }, options));
    },
    inUse: () => [...open],
  };
};
