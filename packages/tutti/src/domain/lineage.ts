/**
 * Which families wrote and judged. The served model decides where the gateway metered it; a model that
 * the table does not know could be anybody's. Without metering the configuration's word stands.
 */
import type {
  Author,
  EffectPayload,
  EventOf,
  Finding,
  ReviewStep,
  RunDocument,
  ServedModel,
  TurnTotals,
} from "@tutti/protocol";
import { isForeign, type ReviewerChoice, chooseReviewers, UNKNOWN_FAMILY } from "./family.ts";
import { familyOf } from "./roles.ts";
import { stepByKey } from "./steps.ts";

type Turn = Pick<TurnTotals, "step" | "agent" | "lineage" | "served">;

const familyOfModel = ({ family }: ServedModel): string => family ?? UNKNOWN_FAMILY;

const distinct = (names: readonly string[]): string[] => [...new Set(names)];

/** The families behind one turn, those with the most requests first. */
const familiesOf = (state: Pick<RunDocument, "policy">, turn: Turn): readonly string[] =>
  turn.served.length === 0
    ? [familyOf(state, turn.agent)]
    : distinct(
        turn.served
          .toSorted((left, right) => right.requests - left.requests)
          .map((model) => familyOfModel(model)),
      );

/** One entry a family, each with its models. */
const authorsOf = (state: RunDocument, turn: Turn): readonly Author[] =>
  familiesOf(state, turn).map((family) => ({
    name: turn.agent,
    family,
    lineage: turn.lineage,
    models: turn.served
      .filter((model) => familyOfModel(model) === family)
      .map(({ model }) => model),
  }));

/** The weakest first: of two entries about one family the weaker one is told. */
const STRENGTH = ["unknown", "declared", "reported", "metered", "human"] as const;

/** The same author and family is one entry. */
export const mergeAuthors = (
  known: readonly Author[],
  more: readonly Author[],
): RunDocument["authors"] => {
  const merged = [...known];
  for (const author of more) {
    const index = merged.findIndex(
      ({ name, family }) => name === author.name && family === author.family,
    );
    const same = merged[index];
    if (same === undefined) merged.push(author);
    else
      merged[index] = {
        ...same,
        lineage:
          STRENGTH.find((one) => one === same.lineage || one === author.lineage) ?? "unknown",
        models: distinct([...same.models, ...author.models]),
      };
  }
  return merged;
};

/**
 * Failures of before an agent is given its prompt, for what was stored when turns did not tell that yet.
 * Every other one may come after an hour of edits.
 */
const BEFORE_THE_PROMPT: ReadonlySet<string> = new Set([
  "agent.missing",
  "agent.login",
  "provider.unknown",
  "provider.key-missing",
  "provider.refused",
  "budget.exceeded",
]);

const mayHaveWritten = ({ served, outcome, wasPrompted }: EventOf<"turn.ended">): boolean =>
  served.length > 0 || (wasPrompted ?? !BEFORE_THE_PROMPT.has(outcome));

/** Whoever wrote the workspace in this turn, however it ended, unless it ended before it began to work. */
export const writersOf = (state: RunDocument, turn: EventOf<"turn.ended">): readonly Author[] => {
  const step = stepByKey(state, turn.step);
  const isWriting = step.kind === "agent" && step.access === "workspace";
  return isWriting && mayHaveWritten(turn) ? authorsOf(state, turn) : [];
};

/** As it is declared: which models were behind the turn is known only when its worker has ended. */
export const cancelledWriters = (
  state: RunDocument,
  turn: Extract<EffectPayload, { kind: "agent.turn" | "review.turn" }>,
): readonly Author[] =>
  turn.kind === "agent.turn" && turn.access === "workspace"
    ? authorsOf(state, { step: turn.step, agent: turn.agent, lineage: "declared", served: [] })
    : [];

/** The authors of the next checkpoint: everybody whose turn wrote since the one before, and who gives it. */
export const checkpointAuthors = (
  state: RunDocument,
  { by, isPerson }: { readonly by: string; readonly isPerson: boolean },
): readonly Author[] => {
  if (isPerson)
    return [...state.writers, { name: by, family: "human", lineage: "human", models: [] }];
  if (state.writers.length > 0) return state.writers;
  return [{ name: by, family: familyOf(state, by), lineage: "declared", models: [] }];
};

/** The newest turn of a reviewer in a review; null before its first. */
export const judgeTurn = (
  state: Pick<RunDocument, "turns">,
  about: { readonly step: string; readonly agent: string },
): TurnTotals | null =>
  state.turns.find((turn) => turn.step === about.step && turn.agent === about.agent) ?? null;

const authorFamilies = (state: RunDocument): readonly string[] =>
  distinct(state.authors.map((author) => author.family));

/** What is known of a reviewer that was chosen: by its newest turn, else as it is declared. */
export const reviewerLineage = (
  state: RunDocument,
  about: { readonly step: string; readonly agent: string },
): readonly Author[] => {
  const turn = judgeTurn(state, about);
  const { agent: name } = about;
  return turn === null
    ? [{ name, family: familyOf(state, name), lineage: "declared", models: [] }]
    : authorsOf(state, turn);
};

/**
 * The family that a reviewer judges as: of its newest turn in this review where there is one. Served by
 * several, the one that may not judge counts.
 */
const judgeFamily = (
  state: RunDocument,
  about: { readonly step: string; readonly agent: string },
): string => {
  const turn = judgeTurn(state, about);
  if (turn === null) return familyOf(state, about.agent);
  const families = familiesOf(state, turn);
  const authors = authorFamilies(state);
  return families.find((family) => !isForeign(family, authors)) ?? families[0] ?? UNKNOWN_FAMILY;
};

/** Who raises a finding: by the model that answered most, where that is known. */
export const raiserOf = (
  state: RunDocument,
  about: { readonly step: string; readonly agent: string },
): Finding["raisedBy"] => {
  const { agent } = about;
  const turn = judgeTurn(state, about);
  const [first] = (turn?.served ?? []).toSorted((left, right) => right.requests - left.requests);
  return {
    agent,
    model: first?.model ?? state.policy.config.agents[agent]?.model ?? null,
    family: first === undefined ? familyOf(state, agent) : familyOfModel(first),
    lineage: turn?.lineage ?? "declared",
  };
};

const unknownModels = (state: RunDocument, step: string): readonly string[] => {
  const judges = state.turns.filter((turn) => turn.step === step);
  return distinct([
    ...state.authors.filter(({ family }) => family === UNKNOWN_FAMILY).flatMap((a) => a.models),
    ...judges
      .flatMap((turn) => turn.served)
      .filter(({ family }) => family === null)
      .map(({ model }) => model),
  ]);
};

/** What the table of models does not know, where that may be why nobody may judge. */
const explained = (state: RunDocument, step: string, choice: ReviewerChoice): ReviewerChoice => {
  const models = unknownModels(state, step);
  if (choice.outcome === "allow" || models.length === 0) return choice;
  const named = `The family of ${models.join(", ")} is not known: name it under \`providers\` in your own configuration.`;
  return { ...choice, reason: `${choice.reason} ${named}` };
};

/** The family rule over the given reviewers, as what each of them is known to be by now. */
export const chooseFor = (
  state: RunDocument,
  step: ReviewStep,
  names: readonly string[] = state.policy.config.roles.reviewer,
): ReviewerChoice & { readonly authors: readonly string[] } => {
  const { review } = state.policy.config;
  const authors = authorFamilies(state);
  const choice = chooseReviewers({
    authors,
    reviewers: names.map((name) => ({
      name,
      family: judgeFamily(state, { step: step.id, agent: name }),
    })),
    count: step.reviewers.count,
    minForeignFamilies: review.minForeignFamilies,
    family: step.reviewers.family,
    whenUnavailable: review.whenUnavailable,
  });
  return { ...explained(state, step.id, choice), authors };
};
