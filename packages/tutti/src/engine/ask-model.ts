/**
 * One typed question to a model that is asked directly, outside of any step. An answer of another shape is
 * handed back once, then reported. The rules about models and the budgets hold as for any request.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AgentConfig, type BudgetStop, TuttiError } from "@tutti/protocol";
import { budgetError } from "./perform/models.ts";
import type { AgentFailure, Agents, ModelGrant, Session } from "./ports/agents.ts";

const TURN_MS = 120_000;
const SILENCE_MS = 60_000;
const ANSWERS_MAX = 2;
/** Nothing of such an agent runs anywhere; what it leaves is one small file. */
const PLACE_MAX_BYTES = 1024 * 1024;
const WHY_MAX_CHARACTERS = 500;

/** As zod's schemas parse; the engine needs no more of them. */
type Schema<Answer> = {
  readonly safeParse: (
    value: unknown,
  ) =>
    | { readonly success: true; readonly data: Answer }
    | { readonly success: false; readonly error: { readonly message: string } };
};

export type Question<Answer> = {
  readonly name: string;
  readonly agent: AgentConfig;
  /** Names the form of the answer: what an agent with hands would write. */
  readonly file: string;
  readonly schema: Schema<Answer>;
  readonly prompt: string;
  readonly models: ModelGrant;
  /** A budget that was reached, with what the gateway does not know of. */
  readonly wholeStop?: (stop: BudgetStop) => BudgetStop;
  readonly owner: string;
};

/** TuttiError `advice.unreadable`, `budget.exceeded`, or the code of what went wrong at the model. */
export async function askModel<Answer>(
  agents: Agents,
  question: Question<Answer>,
  { signal }: { readonly signal: AbortSignal },
): Promise<Answer> {
  const { name, agent, file, models, owner } = question;
  const folder = await mkdtemp(join(tmpdir(), "tutti-question-"));
  try {
    const place = {
      root: folder,
      mounts: [],
      env: {},
      artifacts: folder,
      maxBytes: PLACE_MAX_BYTES,
      tmpBytes: PLACE_MAX_BYTES,
      isolation: "sandbox" as const,
    };
    const limits = { turnMs: TURN_MS, silenceMs: SILENCE_MS };
    const produces = [file];
    const opened = await agents.open(
      { name, agent, place, owner, limits, models, produces },
      { signal },
    );
    if (opened.kind === "failed") throw new TuttiError(opened.failure.code, opened.failure.message);
    await using session = opened.session;
    return await converse(session, question, { path: join(folder, file), signal });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Where = { readonly path: string; readonly signal: AbortSignal };

async function converse<Answer>(
  session: Session,
  question: Question<Answer>,
  { path, signal }: Where,
): Promise<Answer> {
  const { name, schema, prompt } = question;
  let text = prompt;
  let why = "";
  for (let answers = 0; answers < ANSWERS_MAX; answers += 1) {
    for await (const event of session.prompt(text, { signal }))
      if (event.kind === "failed") throw failureOf(question, { session, failure: event.failure });
    const read = schema.safeParse(await jsonIn(path));
    if (read.success) return read.data;
    why = read.error.message.replaceAll(/\s+/gu, " ").slice(0, WHY_MAX_CHARACTERS);
    text = `The answer does not have the shape that is asked for: ${why}\n\nAnswer again.`;
  }
  throw new TuttiError("advice.unreadable", `${name} gave no answer that can be used: ${why}`);
}

/** What a provider's client makes of a refusal of the gateway says nothing of the budget. */
function failureOf<Answer>(
  { name, wholeStop = (stop) => stop }: Question<Answer>,
  { session, failure }: { readonly session: Session; readonly failure: AgentFailure },
): TuttiError {
  const stop = session.budgetStop?.() ?? null;
  if (stop === null) return new TuttiError(failure.code, failure.message);
  return budgetError(name, wholeStop(stop));
}

/** Null where the model wrote nothing of the form. */
async function jsonIn(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch {
    return null; // which no schema takes: it is handed back
  }
}
