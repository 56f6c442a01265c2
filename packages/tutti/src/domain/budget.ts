/** Bounds on what a run may take: the tightest of the project's and the workflow's, or what a person set since. */
import type { Budget, BudgetMeasure, BudgetScope, BudgetStop, RunDocument } from "@tutti/protocol";

export const MEASURES = ["usd", "tokens", "minutes"] as const satisfies readonly BudgetMeasure[];

const MS_PER_DAY = 86_400_000;

/** Days since the epoch, UTC. */
export const dayOf = (at: number): string => String(Math.floor(at / MS_PER_DAY));
export const dayStart = (at: number): number => Math.floor(at / MS_PER_DAY) * MS_PER_DAY;

const tightest = (bounds: readonly (Budget | undefined)[]): Budget =>
  Object.fromEntries(
    MEASURES.flatMap((measure) => {
      const limits = bounds.flatMap((bound) => bound?.[measure] ?? []);
      return limits.length === 0 ? [] : [[measure, Math.min(...limits)]];
    }),
  );

/** The limits that hold now. */
export const budgetOf = (
  state: Pick<RunDocument, "policy" | "workflow" | "raised">,
  scope: BudgetScope,
): Budget => {
  const { budget } = state.policy.config;
  const configured =
    scope === "run" ? tightest([budget, state.workflow.budget]) : tightest([budget?.day]);
  return { ...configured, ...state.raised[scope] };
};

/** The failure of a step that stopped for its budget. */
export const budgetStopOf = (state: RunDocument, key: string): BudgetStop | null => {
  const status = state.steps[key]?.status;
  return status?.kind === "failed" ? (status.failure?.budget ?? null) : null;
};

const UNITS = { usd: "USD", tokens: "tokens", minutes: "minutes" } as const;
const DECIMALS = { usd: 2, tokens: 0, minutes: 1 } as const;

/** `4.98 of 5 USD`. */
export const spentText = ({ measure, limit, spent }: BudgetStop): string =>
  `${Number(spent.toFixed(DECIMALS[measure]))} of ${limit} ${UNITS[measure]}`;

export const scopeText = (scope: BudgetScope): string =>
  scope === "run" ? "the budget of this run" : "today's budget of all runs";
