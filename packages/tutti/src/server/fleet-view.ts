/** The fleet: every turn of an agent that has not ended, with what it does right now. */
import type {
  EffectPayload,
  Fleet as View,
  FleetRow,
  RunDocument,
  RunId,
  SessionView,
  TranscriptEntry,
  UsageTotals,
} from "@tutti/protocol";
import { familyOf } from "../domain/roles.ts";
import { isSilent, silentFrom } from "../domain/status.ts";
import type { Engine } from "../engine/api.ts";
import type { RunSummary } from "../engine/ports/store.ts";
import { turnSession } from "../engine/perform/context.ts";

export const OPEN_STATES = ["queued", "working", "waiting", "paused"] as const;
const PAGE = 200;
/** Entries looked through for one that says something. */
const LAST_ENTRIES = 12;
const LINE_MAX_CHARACTERS = 200;
type Transcripts = Pick<Engine, "transcript">;
type Fleet = Transcripts & Pick<Engine, "usage">;
type Turn = Extract<EffectPayload, { kind: "agent.turn" | "review.turn" }>;

/** Runs in these states, or all, newest first. */
export function* eachRun(
  engine: Pick<Engine, "runs">,
  states?: readonly string[],
): Generator<RunSummary> {
  let cursor: string | undefined;
  do {
    const page = engine.runs({
      limit: PAGE,
      ...(states === undefined ? {} : { states }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    yield* page.items;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}

export function fleetView(engine: Fleet & Pick<Engine, "document" | "runs">, now: number): View {
  const documents = [...eachRun(engine, OPEN_STATES)].flatMap(({ id }) => {
    const document = engine.document(id);
    return document === null ? [] : [document];
  });
  return {
    items: documents.flatMap((document) => rowsOf(engine, document, now)),
    paused: documents.filter(({ paused }) => paused !== null).length,
    at: now,
  };
}

function rowsOf(engine: Fleet, document: RunDocument, now: number): FleetRow[] {
  const turns = turnViews(engine, document, now);
  if (turns.length === 0) return [];
  const metered = meteredBy(engine, document.id);
  return turns.map((turn) => ({
    ...turn,
    run: document.id,
    silentFrom: turn.state === "waiting" || turn.lastAt === null ? null : silentFrom(turn.lastAt),
    isPaused: document.paused !== null,
    project: document.project,
    title: document.task.title,
    ...takenIn(metered.get(`${turn.step}.${turn.attempt}`)),
  }));
}

/** The turns of a run that have not ended, as its sessions. */
export function turnViews(engine: Transcripts, document: RunDocument, now: number) {
  return Object.values(document.effects).flatMap(({ id, payload }) => {
    if (payload.kind !== "agent.turn" && payload.kind !== "review.turn") return [];
    const asked = [...document.permissions, ...document.questions];
    const isAsking = asked.some(({ effect }) => effect === id);
    return [turnView(engine, { document, payload, isAsking, now })];
  });
}

const meteredBy = (engine: Fleet, run: RunId) =>
  new Map(engine.usage({ run, by: "attempt" }).map(({ key, totals }) => [key, totals]));

type Facts = {
  readonly document: RunDocument;
  readonly payload: Turn;
  /** A question of it waits for a person. */
  readonly isAsking: boolean;
  readonly now: number;
};

function turnView(engine: Transcripts, { document, payload, isAsking, now }: Facts) {
  const { step, attempt, agent } = payload;
  const session = turnSession(document, payload);
  const heard = heardIn(engine, session);
  const state = isAsking ? ("waiting" as const) : stateOf(heard.lastAt, now);
  return { session, step, attempt, ...whoIs(document, agent), state, ...heard };
}

/** Who an agent of a run is. */
export const whoIs = (document: RunDocument, agent: string) => ({
  agent,
  family: familyOf(document, agent),
  model: document.policy.config.agents[agent]?.model ?? null,
});

/** What the transcript of a session tells of it. */
export function heardIn(
  engine: Transcripts,
  session: string,
): Pick<SessionView, "startedAt" | "lastAt" | "total" | "last"> {
  const { entries, total } = engine.transcript(session, -LAST_ENTRIES, LAST_ENTRIES);
  return {
    startedAt: engine.transcript(session, 0, 1).entries[0]?.at ?? null,
    lastAt: entries.at(-1)?.at ?? null,
    total,
    last: lastLine(entries),
  };
}

/** As budgets count: from a cache or not. */
const tokensOf = (totals: UsageTotals): number =>
  totals.inputTokens + totals.outputTokens + totals.cachedTokens + totals.cacheWriteTokens;

const takenIn = (totals: UsageTotals | undefined) => ({
  tokens: totals === undefined ? 0 : tokensOf(totals),
  usd: totals?.costUsd ?? 0,
});

const stateOf = (lastAt: number | null, now: number): FleetRow["state"] => {
  if (lastAt === null) return "queued";
  return isSilent({ heardAt: lastAt, now }) ? "silent" : "working";
};

/** The newest entry that tells what the agent does. */
function lastLine(entries: readonly TranscriptEntry[]): string | null {
  for (const entry of entries.toReversed()) {
    const line = lineOf(entry);
    if (line !== null) return line.slice(0, LINE_MAX_CHARACTERS);
  }
  return null;
}

function lineOf(entry: TranscriptEntry): string | null {
  if ("text" in entry && entry.kind !== "prompt") return lastOf(entry.text);
  if ("title" in entry) return lastOf(entry.title);
  if (entry.kind === "prompt") return "reads its task";
  if (entry.kind === "opened") return "began";
  if (entry.kind !== "plan") return null;
  return entry.entries.find(({ status }) => status === "in_progress")?.text ?? null;
}

const lastOf = (text: string): string | null =>
  text
    .split("\n")
    .map((line) => line.replaceAll(/[\p{C}\s]+/gu, " ").trim())
    .findLast((line) => line !== "") ?? null;
