/** Checks, proofs and evidence, on frozen commits in throw-away places. */
import type { CheckResult, CommitId, EffectResult, Proof, ProofResult } from "@tutti/protocol";
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

const runChecks = async (work: Work<"checks.run">): Promise<CheckResult[]> => {
  const { deps, effect, payload, signal, source, state } = work;
  if (payload.checks.length === 0) return [];
  await using copy = await deps.workspaces.throwAway(source, {
    key: effect.id,
    commit: payload.commit,
    purpose: "checks",
  });
  const results: CheckResult[] = [];
  for (const name of payload.checks) {
    const check = state.policy.config.checks[name];
    if (check === undefined) continue;
    const onOutput = outputTo(deps, sessionName(state, `${payload.step}/${payload.on}/${name}`));
    results.push(
      await deps.verification.runCheck(
        { ...check, name },
        { place: copy.place, owner: effect.id, signal, onOutput },
      ),
    );
  }
  return results;
};

export const performChecks = async (work: Work<"checks.run">): Promise<EffectResult> => {
  const { deps, payload, signal, source, state } = work;
  const results = await runChecks(work);
  const proofs: ProofResult[] = [];
  for (const proof of payload.proofs) proofs.push(await runProof(work, proof, payload.commit));
  if (signal.aborted) return { kind: "interrupted", reason: "the checks were stopped" };
  const { config } = state.policy;
  const guard =
    payload.on === "candidate"
      ? deps.verification.guard(
          await deps.workspaces.diff(source, { from: payload.base, to: payload.commit }),
          { checks: Object.values(config.checks), protectedGlobs: config.protected },
        )
      : [];
  return { kind: "checks.ran", commit: payload.commit, results, proofs, guard: [...guard] };
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
