/** Checks, proofs and evidence, on frozen commits in throw-away places. */
import type {
  CheckConfig,
  CheckResult,
  CommitId,
  EffectResult,
  GuardFlag,
  Proof,
  ProofResult,
} from "@tutti/protocol";
import { PROOF_REPEATS } from "../../domain/verdict.ts";
import { outputTo, sessionName, type Work } from "./context.ts";

/** A reproduction is small: it decides one claim. */
const PROOF_TIMEOUT_MS = 120_000;

type Job = Work<"checks.run"> | Work<"evidence.run">;

/** Every proof has a tree of its own: its files must not meet those of another. */
const runProof = async (work: Job, proof: Proof, commit: CommitId): Promise<ProofResult> => {
  const { deps, effect, signal, source } = work;
  await using copy = await deps.workspaces.throwAway(source, {
    key: `${effect.id}-${proof.id.toLowerCase()}-${commit.slice(0, 8)}`,
    commit,
    purpose: "checks",
  });
  return await deps.verification.runProof(proof, {
    place: copy.place,
    owner: effect.id,
    signal,
    commit,
    times: PROOF_REPEATS,
    timeoutMs: PROOF_TIMEOUT_MS,
  });
};

type Asked = { readonly name: string; readonly check: CheckConfig };
type Checked = { readonly results: readonly CheckResult[]; readonly scripts: readonly string[] };

/**
 * Every check has a tree, a home and dependencies of its own: it runs the candidate's code, which
 * must not prepare the next check's tools.
 */
const runChecks = async (work: Work<"checks.run">): Promise<Checked> => {
  const { deps, effect, payload, signal, source, state } = work;
  const { checks } = state.policy.config;
  const asked = payload.checks.flatMap((name): Asked[] => {
    const check = checks[name];
    return check === undefined ? [] : [{ name, check }];
  });
  const results: CheckResult[] = [];
  let scripts: readonly string[] | null = null;
  for (const [index, { name, check }] of asked.entries()) {
    await using copy = await deps.workspaces.throwAway(source, {
      key: `${effect.id}-check${index + 1}`,
      commit: payload.commit,
      purpose: "checks",
    });
    const { place } = copy;
    // Read before anything of the candidate's has run there.
    scripts ??= await deps.verification.filesBehind(Object.values(checks), place.root);
    const onOutput = outputTo(deps, sessionName(state, `${payload.step}/${payload.on}/${name}`));
    const options = { place, owner: effect.id, signal, onOutput };
    results.push(await deps.verification.runCheck({ ...check, name }, options));
  }
  return { results, scripts: scripts ?? [] };
};

/** What the candidate's diff does to what judges it. */
const guardCandidate = async (
  work: Work<"checks.run">,
  scripts: readonly string[],
): Promise<readonly GuardFlag[]> => {
  const { deps, payload, source, state } = work;
  const { checks, protected: globs, recipe } = state.policy.config;
  // A commit that holds what the recipe brings would put its own in its place.
  const brought = [...recipe.dependencies, ...recipe.copy, ...recipe.link];
  return deps.verification.guard(
    await deps.workspaces.diff(source, { from: payload.base, to: payload.commit }),
    { checks: Object.values(checks), scripts, protectedGlobs: [...globs, ...brought] },
  );
};

export const performChecks = async (work: Work<"checks.run">): Promise<EffectResult> => {
  const { payload, signal } = work;
  const { results, scripts } = await runChecks(work);
  const proofs: ProofResult[] = [];
  for (const proof of payload.proofs) proofs.push(await runProof(work, proof, payload.commit));
  if (signal.aborted) return { kind: "interrupted", reason: "the checks were stopped" };
  const guard = payload.on === "candidate" ? await guardCandidate(work, scripts) : [];
  const ran = { commit: payload.commit, results: [...results], proofs, guard: [...guard] };
  return { kind: "checks.ran", ...ran };
};

export const performEvidence = async (work: Work<"evidence.run">): Promise<EffectResult> => {
  const { deps, payload, signal } = work;
  const blob = await deps.store.blobs.put(
    new TextEncoder().encode(JSON.stringify(payload.reproduction)),
  );
  const proof: Proof = {
    id: payload.subject.replaceAll(/[^A-Za-z0-9]/gu, ""),
    reproduction: payload.reproduction,
  };
  const base = await runProof(work, proof, payload.base);
  const candidate =
    payload.candidate === null ? null : await runProof(work, proof, payload.candidate);
  if (signal.aborted) return { kind: "interrupted", reason: "the evidence run was stopped" };
  return { kind: "evidence.ran", proof: blob, base, candidate };
};
