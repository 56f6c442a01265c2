/** What a model advises a person: how big a task is and what to call it, and whether a claim holds. */
import {
  type Advice,
  AdviceArtifact,
  type AdviceRequest,
  type AgentConfig,
  type Finding,
  type FindingId,
  type Opinion,
  OpinionArtifact,
  type ProjectConfig,
  type RunDocument,
  type RunId,
  TuttiError,
} from "@tutti/protocol";
import { hashOf } from "../domain/hash.ts";
import { askModel } from "./ask-model.ts";
import { sourceOf } from "./perform/context.ts";
import { budgetError, budgetsOf, stopBefore, type Taken, wholeStop } from "./perform/models.ts";
import type { Deps } from "./ports/deps.ts";
import type { RunSource } from "./ports/workspaces.ts";
import { probeGrant } from "./probe.ts";

/** As much of a diff as a model that is asked about one claim is shown. */
const DIFF_MAX_BYTES = 100_000;

type Signal = { readonly signal: AbortSignal };
type Adviser = { readonly name: string; readonly agent: AgentConfig };

/** A defect needs a reproduction first; the rest follows from the size alone. */
const workflowFor = ({ size, isDefect }: AdviceArtifact): string => {
  if (size === "none") return "quick";
  return isDefect ? "fix-bug" : "spec-first";
};

const direct = ({ agents }: ProjectConfig): readonly Adviser[] =>
  Object.entries(agents).flatMap(([name, agent]) =>
    agent.api === undefined ? [] : [{ name, agent }],
  );

/** The one that was named, else the first of another family, else the first. */
const adviserOf = (
  config: ProjectConfig,
  { named, family }: { readonly named: string | undefined; readonly family: string | null },
): Adviser => {
  const all = direct(config);
  const found =
    named === undefined
      ? (all.find(({ agent }) => agent.family !== family) ?? all[0])
      : all.find(({ name }) => name === named);
  if (found !== undefined) return found;
  throw new TuttiError(
    "adviser.none",
    named === undefined
      ? "The project has no agent that asks a model directly."
      : `${named} is no agent of the project that asks a model directly.`,
  );
};

export type Advisers = {
  readonly advise: (request: AdviceRequest, options: Signal) => Promise<Advice>;
  readonly opinion: (
    state: RunDocument,
    about: { readonly finding: FindingId; readonly agent?: string | undefined },
    options: Signal,
  ) => Promise<Omit<Opinion, "unkept">>;
};

type Parts = { readonly newId: () => RunId; readonly document: Taken["document"] };

export const createAdvisers = (deps: Deps, { newId, document }: Parts): Advisers => ({
  advise: async ({ path, text, agent: named }, options) => {
    const { root, branch } = await deps.repositories.open(path);
    const base = await deps.repositories.resolve(root, branch ?? "HEAD");
    const { config } = await deps.rules.config((file) =>
      deps.repositories.readFile(root, base.commit, file),
    );
    const { name, agent } = adviserOf(config, { named, family: null });
    const rules = { config, isolation: "sandbox" as const, readFrom: base.commit };
    const run = newId();
    const source: RunSource = {
      run,
      project: root,
      base,
      policy: { ...rules, hash: hashOf(rules) },
    };
    const answer = await askModel(
      deps.agents,
      {
        name,
        agent,
        file: "advice.json",
        schema: AdviceArtifact,
        prompt: deps.rules.advicePrompt(text),
        models: probeGrant(source, name),
        owner: run,
      },
      options,
    );
    return { ...answer, workflow: workflowFor(answer), agent: name, family: agent.family };
  },
  opinion: opinionOf(deps, document),
});

/** Bounded by what is left to the run, as its turns are. */
const opinionOf =
  (deps: Deps, document: Taken["document"]): Advisers["opinion"] =>
  async (state, { finding: id, agent: named }, options) => {
    const finding = state.findings.find((one) => one.id === id);
    if (finding === undefined)
      throw new TuttiError("finding.unknown", `${state.id} has no finding ${id}.`);
    const { family } = finding.raisedBy;
    const { name, agent } = adviserOf(state.policy.config, { named, family });
    const taken = { store: deps.store, now: deps.clock.now(), document };
    const reached = stopBefore(taken, state);
    if (reached !== null) throw budgetError(name, reached);
    const models = { ...probeGrant(sourceOf(state), name), budget: budgetsOf(taken, state) };
    const answer = await askModel(
      deps.agents,
      {
        name,
        agent,
        file: "opinion.json",
        schema: OpinionArtifact,
        prompt: deps.rules.opinionPrompt({
          state,
          finding,
          diff: await diffOf(deps, state, finding),
        }),
        models,
        wholeStop: (stop) => wholeStop({ state, taken }, stop),
        owner: state.id,
      },
      options,
    );
    const isForeign = agent.family !== family;
    return { ...answer, finding: id, agent: name, family: agent.family, isForeign };
  };

const diffOf = async (deps: Deps, state: RunDocument, { raisedOn }: Finding): Promise<string> => {
  const range = { from: state.base.commit, to: raisedOn, maxBytes: DIFF_MAX_BYTES };
  return (await deps.workspaces.diff(sourceOf(state), range)).patch;
};
