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
export type Marker = { readonly step: string; readonly attempt: number };

export const markerOf = (prompt: string): Marker => {
  const [, step, attempt] = /^Tutti step: (\S+) \(attempt (\d+)\)/u.exec(prompt) ?? [];
  return { step: step ?? "", attempt: Number(attempt ?? 1) };
};

const fits = (
  turn: Turn,
  prompt: string,
  { step, attempt, nth }: Marker & { readonly nth: number },
): boolean => {
  if (turn.step !== undefined && turn.step !== step && turn.step !== step.replace(/\[.*\]$/u, ""))
    return false;
  if (turn.attempt !== undefined && turn.attempt !== attempt) return false;
  if (turn.nth !== undefined && turn.nth !== nth) return false;
  return turn.prompt === undefined || new RegExp(turn.prompt, "su").test(prompt);
};

export const turnFor = (
  script: Script,
  prompt: string,
  facts: Marker & { readonly nth: number },
): Turn | null => script.turns.find((turn) => fits(turn, prompt, facts)) ?? null;
