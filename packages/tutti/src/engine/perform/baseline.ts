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
  return {
    share: async (state, checks, check) => {
      const key = keyOf(state, checks);
      const shared = known.get(key) ?? check();
      known.set(key, shared);
      for (const oldest of known.keys()) {
        if (known.size <= BASELINES_MAX) break;
        known.delete(oldest);
      }
      try {
        const result = await shared;
        // Whoever ran it was stopped, or could not: the next one tries itself.
        if (!isSteady(result) && known.get(key) === shared) known.delete(key);
        return result;
      } catch (error) {
        if (known.get(key) === shared) known.delete(key);
        throw error;
      }
    },
  };
};
