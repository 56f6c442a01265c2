/**
 * The evidence matrix: what runs of one reproduction on the base, the candidate and a later fix say
 * about the finding it belongs to.
 *
 *   base          candidate   fix       verdict
 *   pass          fail ×3     -         reproduced: a regression
 *   pass          fail ×3     pass ×3   confirmed
 *   not there     fail ×3     -         reproduced where a requirement says so, else unproven
 *   fail          fail ×3     -         reproduced where the requirement is a MUST, else pre-existing
 *   fail          fail ×3     fail      a MUST: still reproduced; else invalid, its oracle is never met
 *   any           pass ×3     -         refuted
 *   mixed, or mixed on the candidate    flaky: never confirms, never blocks
 *   pass          an error    -         as if it failed: the candidate keeps it from running
 *   any other     an error    -         invalid: it decided nothing
 *
 * Once a candidate is known to fail every time on a sound base, an unsteady fix does not take the
 * finding back: a failure made rare is not a failure mended.
 */
import type { ProofRun, Verdict } from "@tutti/protocol";

/** Runs that must agree in each column. A proof that fails half of the time agrees by chance in 1 of 64. */
export const PROOF_REPEATS = 3;

export type EvidenceInput = {
  /** Empty where there is no base to run on. */
  readonly base: readonly ProofRun[];
  readonly candidate: readonly ProofRun[];
  /** Runs on a later candidate; null until there is one. */
  readonly fixed: readonly ProofRun[] | null;
  /** The finding names a requirement of the pinned contract that its assertion comes from. */
  readonly namesRequirement: boolean;
  /** One of the requirements it names is a MUST. Implies `namesRequirement`. */
  readonly namesMust: boolean;
};

export type Ruling = { readonly verdict: Verdict; readonly reason: string };

/** `absent`: nothing ran, or every run was an error. `few`: the runs agree but are too few. */
type Column = "pass" | "fail" | "mixed" | "absent" | "error" | "few";

/** Rules on one finding. Pure: the same runs give the same verdict and the same words. */
export function ruleEvidence(given: EvidenceInput): Ruling {
  const input = isSilenced(given) ? { ...given, candidate: given.candidate.map(failed) } : given;
  switch (readColumn(input.candidate)) {
    case "absent":
      return input.candidate.length === 0
        ? rule("unproven", "The reproduction has not been run on the candidate.")
        : rule("invalid", "The reproduction did not run on the candidate, so it decides nothing.");
    case "error":
      return rule(
        "invalid",
        "The reproduction did not run every time on the candidate, so it decides nothing.",
      );
    case "mixed":
      return rule("flaky", "The reproduction both passes and fails on the candidate.");
    case "few":
      return rule("unproven", `The reproduction ran fewer than ${PROOF_REPEATS} times.`);
    case "pass":
      return rule(
        "refuted",
        `The reproduction passes ${times(input.candidate)} on the candidate: the claim does not hold.`,
      );
    case "fail":
      return ruleFailing(input);
  }
}

/** Exit codes of a shell that found no program to run: they say nothing about the candidate. */
const NOT_STARTED: ReadonlySet<number> = new Set([126, 127]);

/**
 * What runs on the base runs here. Where only the candidate's tree differs and it ends by itself
 * without deciding, the candidate is why: printing what looks like a broken set-up, or ending the
 * process early, would otherwise take a finding out of the world.
 */
function isSilenced({ base, candidate }: EvidenceInput): boolean {
  if (readColumn(base) !== "pass" || candidate.length < PROOF_REPEATS) return false;
  return candidate.every(
    ({ outcome, exitCode }) =>
      outcome === "fail" ||
      (outcome === "error" && exitCode !== null && !NOT_STARTED.has(exitCode)),
  );
}

const failed = (run: ProofRun): ProofRun => ({ ...run, outcome: "fail" });

function ruleFailing(input: EvidenceInput): Ruling {
  switch (readColumn(input.base)) {
    case "mixed":
      return rule("flaky", "The reproduction both passes and fails on the base.");
    case "few":
      return rule(
        "unproven",
        `The reproduction ran fewer than ${PROOF_REPEATS} times on the base.`,
      );
    case "error":
      return rule(
        "unproven",
        "The reproduction did not run every time on the base, so there is nothing to compare with.",
      );
    case "pass":
      return ruleFixed(input, "It passes on the base and fails on the candidate: a regression");
    case "absent":
      return input.namesRequirement || input.namesMust
        ? ruleFixed(
            input,
            "It cannot run on the base and fails on the candidate against the requirement it names",
          )
        : rule(
            "unproven",
            "It cannot run on the base and names no requirement, so nothing says that it must pass.",
          );
    case "fail":
      return input.namesMust
        ? ruleFixed(input, "It fails on the base and on the candidate: an unmet MUST requirement")
        : rulePreExisting(input.fixed);
  }
}

function ruleFixed({ fixed }: EvidenceInput, finding: string): Ruling {
  if (fixed === null) return rule("reproduced", `${finding}.`);
  switch (readColumn(fixed)) {
    case "pass":
      return rule("confirmed", `${finding}, and it passes on the fix.`);
    case "fail":
      return rule("reproduced", `${finding}, and it still fails on the fix.`);
    case "mixed":
      return rule("reproduced", `${finding}, and it passes only sometimes on the fix.`);
    case "few":
      return rule(
        "reproduced",
        `${finding}, and it ran fewer than ${PROOF_REPEATS} times on the fix.`,
      );
    case "absent":
    case "error":
      return rule("reproduced", `${finding}, and it did not run on the fix.`);
  }
}

function rulePreExisting(fixed: readonly ProofRun[] | null): Ruling {
  return fixed !== null && readColumn(fixed) === "fail"
    ? rule(
        "invalid",
        "It fails on the base, on the candidate and on the fix, and names no MUST requirement: its oracle may be wrong.",
      )
    : rule(
        "pre-existing",
        "It fails on the base as well and names no MUST requirement: the candidate did not cause it.",
      );
}

function readColumn(runs: readonly ProofRun[]): Column {
  const count = { pass: 0, fail: 0, error: 0 };
  for (const run of runs) count[run.outcome] += 1;
  if (count.pass > 0 && count.fail > 0) return count.error > 0 ? "error" : "mixed";
  if (count.pass === 0 && count.fail === 0) return "absent";
  if (count.error > 0) return "error";
  if (runs.length < PROOF_REPEATS) return "few";
  return count.pass > 0 ? "pass" : "fail";
}

const times = (runs: readonly ProofRun[]): string => `${runs.length} times`;
const rule = (verdict: Verdict, reason: string): Ruling => ({ verdict, reason });
