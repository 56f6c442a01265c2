import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { ModelRequest, TuttiError, UsageTotals } from "@tutti/protocol";
import type { RunId } from "@tutti/protocol";
import { z } from "zod";
import type {
  MeterQuery,
  Page,
  PageQuery,
  UsageGroup,
  UsageRow,
} from "../../engine/ports/store.ts";
import { parseRow } from "./rows.ts";

/** Requests in one page. */
const PAGE_MAX_REQUESTS = 1_000;

/** SQL of each key; what is unknown has the key "". */
const KEYS: Readonly<Record<UsageGroup, string>> = {
  step: "step",
  attempt: "step || '.' || attempt",
  agent: "agent",
  family: "coalesce(family, '')",
  model: "coalesce(served_model, requested_model, '')",
  provider: "provider",
};

const Cursor = z.string().regex(/^\d{1,16}$/u);
const Keyed = UsageTotals.extend({ key: z.string() });
const Row = z
  .object({
    number: z.number(),
    isMetered: z.number(),
    run: z.string(),
    project: z.string(),
    step: z.string(),
    attempt: z.number(),
    effect: z.string(),
    agent: z.string(),
  })
  .loose();

export type ModelRequestTable = {
  /** A request that is there already is left as it is: a batch may come a second time. */
  readonly insert: (request: ModelRequest) => void;
  readonly totals: (query: MeterQuery) => readonly UsageRow[];
  /** Oldest first. TuttiError `usage` for a cursor that no page gave. */
  readonly page: (run: RunId, query: PageQuery) => Page<ModelRequest>;
};

export function modelRequestTable(database: DatabaseSync): ModelRequestTable {
  const insert = database.prepare(
    `INSERT INTO model_requests (id, at, run, project, step, attempt, effect, agent, provider, dialect,
       requested_model, served_model, family, input_tokens, output_tokens, cached_tokens,
       cache_write_tokens, cost_usd, is_metered, outcome, status, error, queued_ms, first_byte_ms,
       total_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO NOTHING`,
  );
  const page = database.prepare(
    `SELECT number, id, at, run, project, step, attempt, effect, agent, provider, dialect,
            requested_model AS "requestedModel", served_model AS "servedModel", family,
            input_tokens AS "inputTokens", output_tokens AS "outputTokens",
            cached_tokens AS "cachedTokens", cache_write_tokens AS "cacheWriteTokens",
            cost_usd AS "costUsd", is_metered AS "isMetered", outcome, status, error,
            queued_ms AS "queuedMs", first_byte_ms AS "firstByteMs", total_ms AS "totalMs"
     FROM model_requests WHERE run = ? AND number > ? ORDER BY number LIMIT ?`,
  );
  return {
    insert: (request) => {
      insert.run(...toValues(request));
    },
    totals: (query) => readTotals(database, query),
    page: (run, query) => readPage(page, run, query),
  };
}

function toValues(request: ModelRequest): SQLInputValue[] {
  const { id, at, caller, provider, dialect, requestedModel, servedModel, family } = request;
  const { run, project, step, attempt, effect, agent } = caller;
  const { inputTokens, outputTokens, cachedTokens, cacheWriteTokens, costUsd } = request;
  const { outcome, status, error, queuedMs, firstByteMs, totalMs } = request;
  const identity = [id, at, run, project, step, attempt, effect, agent, provider, dialect];
  const models = [requestedModel, servedModel, family];
  const taken = [inputTokens, outputTokens, cachedTokens, cacheWriteTokens, costUsd];
  const isMetered = request.isMetered ? 1 : 0;
  const ending = [isMetered, outcome, status, error, queuedMs, firstByteMs, totalMs];
  return [...identity, ...models, ...taken, ...ending];
}

function readTotals(database: DatabaseSync, { run, since, by }: MeterQuery): UsageRow[] {
  const conditions: string[] = [];
  const values: SQLInputValue[] = [];
  if (run !== undefined) {
    conditions.push("run = ?");
    values.push(run);
  }
  if (since !== undefined) {
    conditions.push("at >= ?");
    values.push(since);
  }
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
  const rows = database
    .prepare(
      `SELECT ${by === undefined ? "''" : KEYS[by]} AS key, count(*) AS requests,
              count(*) FILTER (WHERE outcome NOT IN ('ok', 'cancelled')) AS errors,
              coalesce(sum(input_tokens), 0) AS "inputTokens",
              coalesce(sum(output_tokens), 0) AS "outputTokens",
              coalesce(sum(cached_tokens), 0) AS "cachedTokens",
              coalesce(sum(cache_write_tokens), 0) AS "cacheWriteTokens",
              coalesce(sum(cost_usd), 0) AS "costUsd",
              count(*) FILTER (WHERE cost_usd IS NULL) AS unpriced,
              coalesce(sum(total_ms), 0) AS "totalMs",
              CAST(round(avg(first_byte_ms)) AS INTEGER) AS "firstByteMs"
       FROM model_requests ${where} ${by === undefined ? "" : "GROUP BY 1 ORDER BY min(number)"}`,
    )
    .all(...values);
  return rows.map((row) => {
    const { key, ...totals } = parseRow(Keyed, row, "totals of model requests");
    return { key, totals };
  });
}

function readPage(
  statement: StatementSync,
  run: RunId,
  { cursor = "0", limit }: PageQuery,
): Page<ModelRequest> {
  if (!Cursor.safeParse(cursor).success) {
    throw new TuttiError("usage", `not a cursor of this list: ${cursor}`);
  }
  const count = Math.min(Math.max(limit, 1), PAGE_MAX_REQUESTS);
  const rows = statement
    .all(run, Number(cursor), count + 1)
    .map((row) => parseRow(Row, row, "a model request"));
  const shown = rows.slice(0, count);
  return {
    items: shown.map(toRequest),
    next: rows.length > count ? String(shown.at(-1)?.number) : null,
  };
}

function toRequest(row: z.infer<typeof Row>): ModelRequest {
  const { run, project, step, attempt, effect, agent, isMetered, number: _number, ...rest } = row;
  const caller = { run, project, step, attempt, effect, agent };
  return parseRow(ModelRequest, { ...rest, caller, isMetered: isMetered === 1 }, "a model request");
}
