import { describe, expect, it } from "vitest";
import { type Actor, type EffectResult, FindingId, type ProofResult } from "@tutti/protocol";
import { hashOf } from "../../src/domain/hash.ts";
import { asked, effectsOfKind, playTo, playUntil, statusOfStep } from "./play.ts";
import { commit, tree } from "./scene.ts";
import { apply, newWorld, settle, type World } from "./world.ts";

const PERSON: Actor = { kind: "person", id: "kim" };
const F1 = FindingId.parse("F1");
type Word = "pass" | "fail";

const present = ({ state }: World) => {
  if (state.candidate === null) throw new Error("no candidate");
  return state.candidate;
};

const found = ({ state }: World) => {
  const finding = state.findings.find(({ id }) => id === F1);
  if (finding === undefined) throw new Error("no finding");
  return finding;
};

const proof = (of: string, outcome: Word): ProofResult => ({
  proof: "F1",
  commit: commit(of),
  runs: Array.from({ length: 3 }, () => ({
    outcome,
    exitCode: outcome === "pass" ? 0 : 1,
    durationMs: 1,
    tail: "",
    log: null,
  })),
});

const ran = (base: Word, candidate: Word): EffectResult => ({
  kind: "evidence.ran",
  proof: hashOf("proof"),
  base: proof("base", base),
  candidate: proof("c", candidate),
});

/** A reviewer claims something, and running it says this. */
const reviewed = (base: Word, candidate: Word, isProvable = true): World => {
  const world = newWorld();
  const reproduction = isProvable ? { reproduction: { files: [], run: "node repro.js" } } : {};
  const claim = { kind: "bug", severity: "P1", claim: "it breaks" } as const;
  settle(world, playTo(world, "review.turn"), {
    kind: "turn.ended",
    stopReason: "end_turn",
    artifacts: [],
    findings: [{ ...claim, requirements: [], locations: [], ...reproduction }],
    problems: [],
    usage: null,
    durationMs: 1,
  });
  const [effect] = effectsOfKind(world, "evidence.run");
  if (effect !== undefined) settle(world, effect, ran(base, candidate));
  return world;
};

const waiting = (world: World): World =>
  playUntil(world, (at) => asked(at).includes("approval:approve-merge"));

const rerun = (world: World): string | null =>
  apply(world, { kind: "finding.rerun", finding: F1 }, PERSON);

describe("running the evidence of a finding again", () => {
  it("is kept beside what was run before, and on the same candidate all runs count together", () => {
    const world = waiting(reviewed("pass", "pass"));
    expect(found(world).verdict).toBe("refuted");
    expect(rerun(world)).toBeNull();
    expect(asked(world)).toEqual([]);
    expect(rerun(world)).toBeNull();
    const effects = effectsOfKind(world, "evidence.run");
    expect(effects.map(({ payload }) => payload)).toMatchObject([
      { by: "kim", subject: "F1", candidate: present(world).commit },
    ]);
    settle(world, playTo(world, "evidence.run"), ran("pass", "fail"));
    const { verdict, evidence, reruns } = found(world);
    expect(verdict).toBe("flaky");
    expect(evidence?.candidate.map(({ outcome }) => outcome)).toEqual([
      "pass",
      "pass",
      "pass",
      "fail",
      "fail",
      "fail",
    ]);
    expect(reruns).toMatchObject([{ by: "kim", candidate: present(world).commit, problem: null }]);
    expect(asked(world)).toEqual(["approval:approve-merge"]);
  });

  it("fails the review that passed where a later candidate does what the claim says", () => {
    const world = waiting(reviewed("pass", "pass"));
    const before = present(world).commit;
    const files = [{ path: "index.js", hunks: null }];
    apply(world, { kind: "hunks.leave-out", candidate: before, files }, PERSON);
    settle(world, playTo(world, "checkpoint.create"), {
      kind: "checkpoint.created",
      candidate: { commit: commit("later"), tree: tree("later") },
      parent: before,
      changed: ["index.js"],
    });
    waiting(world);
    rerun(world);
    settle(world, playTo(world, "evidence.run"), ran("pass", "fail"));
    const { verdict, evidence, earlier } = found(world);
    expect(verdict).toBe("reproduced");
    expect(evidence?.candidateCommit).toBe(commit("later"));
    expect(earlier?.map(({ candidateCommit }) => candidateCommit)).toEqual([before]);
    expect(statusOfStep(world, found(world).step)).not.toBe("passed");
    expect(asked(world)).not.toContain("approval:approve-merge");
  });

  it("takes back a fix that does not hold", () => {
    const world = reviewed("pass", "fail");
    expect(found(world).verdict).toBe("reproduced");
    waiting(world);
    expect(found(world).verdict).toBe("confirmed");
    rerun(world);
    settle(world, playTo(world, "evidence.run"), ran("pass", "fail"));
    const { verdict, evidence } = found(world);
    expect(verdict).toBe("reproduced");
    expect(evidence?.candidate.every(({ outcome }) => outcome === "fail")).toBe(true);
    expect(evidence?.fixed.some(({ outcome }) => outcome === "fail")).toBe(true);
    expect(asked(world)).not.toContain("approval:approve-merge");
  });

  it("that cannot be run says why, and the verdict stays", () => {
    const world = waiting(reviewed("pass", "pass"));
    rerun(world);
    const failure = { code: "disk.full", message: "No space left", retry: "never" } as const;
    settle(world, playTo(world, "evidence.run"), { kind: "failed", failure });
    expect(found(world).verdict).toBe("refuted");
    expect(found(world).reruns?.at(-1)?.problem).toContain("No space left");
    expect(asked(world)).toEqual(["approval:approve-merge"]);
  });

  it("is refused where there is nothing to run", () => {
    const world = reviewed("pass", "pass", false);
    expect(rerun(world)).toBe("finding.no-proof");
    const other = FindingId.parse("F9");
    expect(apply(world, { kind: "finding.rerun", finding: other }, PERSON)).toBe("finding.unknown");
  });
});
