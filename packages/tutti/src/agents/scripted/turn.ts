/** Chooses the turn for a prompt and performs its actions in order. */
import { commands } from "./commands.ts";
import { conduct } from "./conduct.ts";
import { files } from "./files.ts";
import type { Action, ActionKind, ActionOf, Script, Turn } from "./script.ts";
import type { Handlers, Outcome, Stage } from "./stage.ts";
import { CANCELLED, talk } from "./talk.ts";

const HANDLERS: Handlers = { ...talk, ...files, ...commands, ...conduct };

const performOne = async <Kind extends ActionKind>(
  action: ActionOf<Kind>,
  stage: Stage,
): Promise<Outcome> => {
  const handler: Handlers[Kind] = HANDLERS[action.do];
  return handler(action, stage);
};

export const performAll = async (actions: readonly Action[], stage: Stage): Promise<Outcome> => {
  for (const action of actions) {
    if (stage.signal.aborted) return CANCELLED;
    const outcome = await performOne(action, stage);
    if (outcome !== null) return outcome;
  }
  return null;
};

/** What the first line of a prompt says. */
export type Marker = {
  readonly step: string;
  readonly attempt: number;
  /** The answer to the prompt before was not valid: the same turn once more, with the problems. */
  readonly repair: boolean;
};

export const markerOf = (prompt: string): Marker => {
  const [, step, attempt, repair] =
    /^Tutti step: (\S+) \(attempt (\d+)(, repair)?\)/u.exec(prompt) ?? [];
  return { step: step ?? "", attempt: Number(attempt ?? 1), repair: repair !== undefined };
};

type Facts = Marker & { readonly nth: number };

const isStep = (wanted: string, step: string): boolean =>
  wanted === step || wanted === step.replace(/\[.*\]$/u, "");

const fits = (turn: Turn, prompt: string, facts: Facts): boolean => {
  const { step = facts.step, attempt = facts.attempt, nth = facts.nth } = turn;
  const { repair = facts.repair, prompt: pattern = "" } = turn;
  const isMarked = attempt === facts.attempt && nth === facts.nth && repair === facts.repair;
  return isMarked && isStep(step, facts.step) && new RegExp(pattern, "su").test(prompt);
};

export const turnFor = (script: Script, prompt: string, facts: Facts): Turn | null =>
  script.turns.find((turn) => fits(turn, prompt, facts)) ?? null;
