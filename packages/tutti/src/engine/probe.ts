/** What `tutti doctor` proves by doing: each check and each agent's handshake, once, inside the fence. */
import {
  type Budget,
  type CheckResult,
  EffectId,
  ModelPolicy,
  type Probe,
  type ProjectConfig,
  type RunId,
  StepKey,
  TuttiError,
} from "@tutti/protocol";
import { hashOf } from "../domain/hash.ts";
import type { ModelGrant } from "./ports/agents.ts";
import type { Deps } from "./ports/deps.ts";
import type { RunSource } from "./ports/workspaces.ts";
import { projectIdOf } from "./start-run.ts";

const HANDSHAKE_MS = 60_000;
/** A session of a run may have an agent's login for an hour: whoever only tries it is told so soon. */
export const LOGIN_WAIT_MS = 10_000;

const detailOf = (result: CheckResult): string =>
  result.outcome === "green" ? `${result.counts.passed} passed` : result.tail;

const probeChecks = async (
  deps: Deps,
  source: RunSource,
  signal: AbortSignal,
): Promise<Probe["checks"]> => {
  const checks: Probe["checks"][number][] = [];
  for (const [name, check] of Object.entries(source.policy.config.checks)) {
    await using copy = await deps.workspaces.throwAway(source, {
      key: `${source.run}-check-${name}`,
      commit: source.base.commit,
      purpose: "checks",
    });
    const result = await deps.verification.runCheck(
      { ...check, name },
      { place: copy.place, owner: source.run, signal },
    );
    checks.push({ name, outcome: result.outcome, detail: detailOf(result) });
  }
  return checks;
};

/** What a day may take in money and tokens; the time of turns is not the gateway's business. */
const ofDay = ({ budget }: ProjectConfig): Budget => {
  const { usd, tokens } = budget?.day ?? {};
  return { ...(usd === undefined ? {} : { usd }), ...(tokens === undefined ? {} : { tokens }) };
};

/** Of what is tried outside a run: the rules about models hold and the day's budget bounds it. */
export const probeGrant = ({ run, project, policy }: RunSource, agent: string): ModelGrant => ({
  caller: {
    run,
    project: projectIdOf(project),
    step: StepKey.parse("probe"),
    attempt: 1,
    effect: EffectId.parse(`e-${run.slice("r-".length)}-0`),
    agent,
  },
  policy: policy.config.models ?? ModelPolicy.parse({}),
  budget: { run: {}, day: ofDay(policy.config) },
});

const probeAgents = async (
  deps: Deps,
  source: RunSource,
  signal: AbortSignal,
): Promise<Probe["agents"]> => {
  const agents: Probe["agents"][number][] = [];
  for (const [name, agent] of Object.entries(source.policy.config.agents)) {
    await using copy = await deps.workspaces.throwAway(source, {
      key: `${source.run}-agent-${name}`,
      commit: source.base.commit,
      purpose: "read-only",
    });
    const opened = await deps.agents.open(
      {
        name,
        agent,
        place: copy.place,
        owner: source.run,
        limits: { turnMs: HANDSHAKE_MS, silenceMs: HANDSHAKE_MS },
        loginWaitMs: LOGIN_WAIT_MS,
        models: probeGrant(source, name),
      },
      { signal },
    );
    if (opened.kind === "failed") {
      agents.push({
        name,
        ok: false,
        detail: opened.failure.message,
        mend: new TuttiError(opened.failure.code, "").mend,
      });
      continue;
    }
    await opened.session[Symbol.asyncDispose]();
    agents.push({
      name,
      ok: true,
      detail: `${opened.agent.name} ${opened.agent.version}`.trim(),
      mend: null,
    });
  }
  return agents;
};

export const probeProject = async (
  deps: Deps,
  about: { readonly run: RunId; readonly path: string },
  { signal }: { readonly signal: AbortSignal },
): Promise<Probe> => {
  const { root, branch } = await deps.repositories.open(about.path);
  const base = await deps.repositories.resolve(root, branch ?? "HEAD");
  // Of the workflows nothing: checks and agents can be proved before roles are given.
  const { config } = await deps.rules.config((file) =>
    deps.repositories.readFile(root, base.commit, file),
  );
  const rules = { config, isolation: "sandbox" as const, readFrom: base.commit };
  const source: RunSource = {
    run: about.run,
    project: root,
    base,
    policy: { ...rules, hash: hashOf(rules) },
  };
  try {
    const output: string[] = [];
    await deps.workspaces.prepare(source, { onOutput: (text) => output.push(text), signal });
    return {
      checks: await probeChecks(deps, source, signal),
      agents: await probeAgents(deps, source, signal),
    };
  } finally {
    await deps.workspaces.dispose(source);
  }
};
