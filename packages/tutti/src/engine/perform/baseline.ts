/**
 * Checks of a base commit, shared by the runs that start from it. They are no gate: only the counts
 * of their tests are compared with the candidate's. Kept in memory, never across a restart.
 */
import type { EffectResult, RunDocument } from "@tutti/protocol";
import { hashOf } from "../../domain/hash.ts";

/** Bases kept; the oldest leaves first. */
const BASELINES_MAX = 64;

export type Baselines = {
  /** Runs `check` unless a run with the same base and rules has done so, or is doing it now. */
  readonly share: (
    state: RunDocument,
    checks: readonly string[],
    check: () => Promise<EffectResult>,
  ) => Promise<EffectResult>;
};

const keyOf = (state: RunDocument, checks: readonly string[]): string => {
  const { config, isolation } = state.policy;
  const rules = [config.checks, config.recipe, config.sandbox, isolation];
  return hashOf([state.project.id, state.base.commit, checks, rules]);
};

/** It ran and said something; another try would say the same. */
const isSteady = (result: EffectResult): boolean =>
  result.kind === "checks.ran" &&
  result.results.every(({ outcome }) => outcome !== "error" && outcome !== "timed-out");

export const createBaselines = (): Baselines => {
  const known = new Map<string, Promise<EffectResult>>();

  const start = (key: string, check: () => Promise<EffectResult>): Promise<EffectResult> => {
    const running = check();
    known.set(key, running);
    for (const oldest of known.keys()) {
      if (known.size <= BASELINES_MAX) break;
      known.delete(oldest);
    }
    return running;
  };
  const forget = (key: string, running: Promise<EffectResult>): void => {
    if (known.get(key) === running) known.delete(key);
  };

  const lead = async (key: string, check: () => Promise<EffectResult>): Promise<EffectResult> => {
    const running = start(key, check);
    try {
      const result = await running;
      if (!isSteady(result)) forget(key, running);
      return result;
    } catch (error) {
      forget(key, running);
      throw error;
    }
  };

  return {
    share: async (state, checks, check) => {
      const key = keyOf(state, checks);
      const running = known.get(key);
      if (running === undefined) return await lead(key, check);
      // Whoever runs it may be stopped, or may not be able to: then this one tries itself.
      const found = await running.catch(() => null);
      return found !== null && isSteady(found) ? found : await lead(key, check);
    },
  };
};
