import type { ProofRun, Verdict } from "@tutti/protocol";
import { array, assert, constantFrom, option, property, record } from "fast-check";
import { describe, expect, test } from "vitest";
import { PROOF_REPEATS, ruleEvidence } from "../../src/domain/verdict.ts";

type Outcome = ProofRun["outcome"];

const LETTERS: Record<string, Outcome> = { p: "pass", f: "fail", e: "error" };

const run = (outcome: Outcome): ProofRun => ({
  outcome,
  exitCode: outcome === "pass" ? 0 : 1,
  durationMs: 1,
  tail: "",
  log: null,
});
/** `x`: the shell found no program to run. */
const runs = (letters: string): ProofRun[] =>
  letters
    .split("")
    .map((letter) =>
      letter === "x" ? { ...run("error"), exitCode: 127 } : run(LETTERS[letter] ?? "error"),
    );

const MUST = { namesMust: true, namesRequirement: true };
const SHOULD = { namesMust: false, namesRequirement: true };
const NONE = { namesMust: false, namesRequirement: false };
type Naming = typeof MUST;
type Row = readonly [base: string, candidate: string, fixed: string | null, naming: Naming];

const table: [string, string, string | null, Naming, Verdict][] = [
  ["ppp", "fff", null, NONE, "reproduced"],
  ["ppp", "fff", "ppp", NONE, "confirmed"],
  ["ppp", "fff", "fff", NONE, "reproduced"],
  ["ppp", "fff", "pfp", NONE, "reproduced"],
  ["ppp", "fff", "eee", NONE, "reproduced"],
  ["ppp", "fff", "pp", NONE, "reproduced"],
  ["ppp", "fff", "", NONE, "reproduced"],
  ["", "fff", null, MUST, "reproduced"],
  ["", "fff", null, SHOULD, "reproduced"],
  ["", "fff", null, NONE, "unproven"],
  ["", "fff", "ppp", SHOULD, "confirmed"],
  ["", "fff", "fff", SHOULD, "reproduced"],
  ["eee", "fff", null, SHOULD, "reproduced"],
  ["eee", "fff", "ppp", SHOULD, "confirmed"],
  ["eee", "fff", "ppp", NONE, "unproven"],
  ["fff", "fff", null, MUST, "reproduced"],
  ["fff", "fff", "ppp", MUST, "confirmed"],
  ["fff", "fff", "fff", MUST, "reproduced"],
  ["fff", "fff", null, SHOULD, "pre-existing"],
  ["fff", "fff", null, NONE, "pre-existing"],
  ["fff", "fff", "ppp", NONE, "pre-existing"],
  ["fff", "fff", "fff", NONE, "invalid"],
  ["fff", "fff", "fff", SHOULD, "invalid"],
  ["ppp", "ppp", null, NONE, "refuted"],
  ["fff", "ppp", null, MUST, "refuted"],
  ["pfp", "ppp", null, NONE, "refuted"],
  ["", "ppp", null, NONE, "refuted"],
  ["ppp", "pff", null, NONE, "flaky"],
  ["pfp", "pff", null, MUST, "flaky"],
  ["pfp", "fff", null, MUST, "flaky"],
  ["pfp", "fff", "ppp", MUST, "flaky"],
  // What ran on the base is kept from running by the candidate itself.
  ["ppp", "eee", null, NONE, "reproduced"],
  ["ppp", "ffe", null, NONE, "reproduced"],
  ["ppp", "eee", "ppp", NONE, "confirmed"],
  ["ppp", "ee", null, NONE, "invalid"],
  ["ppp", "xxx", null, MUST, "invalid"],
  ["ppp", "eex", null, MUST, "invalid"],
  ["pfp", "eee", null, MUST, "invalid"],
  ["fff", "eee", null, MUST, "invalid"],
  ["eee", "eee", null, MUST, "invalid"],
  ["", "eee", null, MUST, "invalid"],
  ["ppp", "ppe", null, MUST, "invalid"],
  ["ppp", "pfe", null, MUST, "invalid"],
  ["ppp", "", null, MUST, "unproven"],
  ["ppp", "ff", null, MUST, "unproven"],
  ["pp", "fff", null, NONE, "unproven"],
  ["ppe", "fff", null, NONE, "unproven"],
  ["ffe", "fff", null, MUST, "unproven"],
];

const rule = (...[base, candidate, fixed, naming]: Row) =>
  ruleEvidence({
    base: runs(base),
    candidate: runs(candidate),
    fixed: fixed === null ? null : runs(fixed),
    ...naming,
  });

type Columns = { base: Outcome[]; candidate: Outcome[]; fixed: Outcome[] | null };
const measured = ({ base, candidate, fixed }: Columns) => ({
  base: base.map(run),
  candidate: candidate.map(run),
  fixed: fixed?.map(run) ?? null,
});
const agree = (outcomes: Outcome[], outcome: Outcome): boolean =>
  outcomes.length >= PROOF_REPEATS && outcomes.every((one) => one === outcome);

const column = array(constantFrom<Outcome>("pass", "fail", "error"), { maxLength: 5 });
const evidence = record({
  base: column,
  candidate: column,
  fixed: option(column),
  naming: constantFrom(MUST, SHOULD, NONE),
});

describe("the evidence matrix", () => {
  test.each(table)("base %s, candidate %s, fix %s, naming %o is ruled %s", (...row) => {
    const [base, candidate, fixed, naming, verdict] = row;
    expect(rule(base, candidate, fixed, naming).verdict).toBe(verdict);
  });

  test("every ruling gives its reason as a sentence", () => {
    for (const [base, candidate, fixed, naming] of table) {
      expect(rule(base, candidate, fixed, naming).reason).toMatch(/^[A-Z].+\.$/u);
    }
  });

  test("nothing blocks unless each of at least three runs on the candidate failed, or ended in an error that the base does not have", () => {
    assert(
      property(evidence, ({ naming, ...columns }) => {
        const { verdict } = ruleEvidence({ ...measured(columns), ...naming });
        const blocks = verdict === "reproduced" || verdict === "confirmed";
        const isSilenced =
          agree(columns.base, "pass") &&
          columns.candidate.length >= PROOF_REPEATS &&
          !columns.candidate.includes("pass");
        const hasFailed = agree(columns.candidate, "fail") || isSilenced;
        return !blocks || (hasFailed && new Set(columns.base).size <= 1);
      }),
      { numRuns: 5000 },
    );
  });

  test("nothing is confirmed unless every one of at least three runs on the fix passed", () => {
    assert(
      property(evidence, ({ naming, ...columns }) => {
        const { verdict } = ruleEvidence({ ...measured(columns), ...naming });
        return verdict !== "confirmed" || agree(columns.fixed ?? [], "pass");
      }),
      { numRuns: 5000 },
    );
  });

  test("the order of the runs never changes the ruling", () => {
    assert(
      property(evidence, ({ naming, ...columns }) => {
        const turned = {
          base: columns.base.toReversed(),
          candidate: columns.candidate.toReversed(),
          fixed: columns.fixed?.toReversed() ?? null,
        };
        const ruling = ruleEvidence({ ...measured(columns), ...naming });
        expect(ruleEvidence({ ...measured(turned), ...naming })).toEqual(ruling);
      }),
    );
  });

  test("a proof that fails half of the time is reproduced in at most 2 % of the cases", () => {
    let reproduced = 0;
    const cases = 1 << (2 * PROOF_REPEATS);
    for (let bits = 0; bits < cases; bits += 1) {
      const flips = Array.from({ length: 2 * PROOF_REPEATS }, (_, bit) =>
        (bits >> bit) & 1 ? "p" : "f",
      );
      const base = flips.slice(0, PROOF_REPEATS).join("");
      const candidate = flips.slice(PROOF_REPEATS).join("");
      if (rule(base, candidate, null, NONE).verdict === "reproduced") reproduced += 1;
    }
    expect(reproduced / cases).toBeLessThanOrEqual(0.02);
  });
});
