/** The audit view: what people and agents did, over all runs. */
import { setImmediate as nextTurn } from "node:timers/promises";
import {
  AuditActor,
  type AuditLine,
  type AuditPage,
  MAX_PAGE,
  type RunEvent,
  TuttiError,
} from "@tutti/protocol";
import type { Engine } from "../../engine/api.ts";
import { numberQuery, runQuery } from "../request.ts";
import { openRun } from "./runs.ts";
import type { App, Service } from "./context.ts";

const DEFAULT_PAGE = 50;
/** Events read at once, from the newest backwards; others have their turn in between. */
const STRIDE = 500;
/** Events looked through for one page: where few are wanted it has fewer lines, and says where to go on. */
const LOOKED_THROUGH_MAX = 20_000;
const ACTORS = AuditActor.options;
const ABOUT = ["step", "reason", "target", "permission", "artifact", "finding", "text"] as const;
const ABOUT_MAX_CHARACTERS = 300;

export function addAuditRoutes(app: App, service: Service): void {
  const { engine } = service;
  app.get("/audit", async (context) => {
    const head = engine.head();
    const limit = numberQuery(context, "limit", {
      fallback: DEFAULT_PAGE,
      min: 1,
      max: MAX_PAGE,
    });
    const { actor, cursor } = context.req.query();
    const run = runQuery(context);
    const before = cursor === undefined ? head + 1 : sequenceOf(cursor, head);
    const kind = ACTORS.find((one) => one === actor);
    if (actor !== undefined && kind === undefined)
      throw new TuttiError("usage", `"actor" is one of ${ACTORS.join(", ")}.`);
    if (run !== null) openRun(service, run);
    return context.json(await pageOf(engine, { before, limit, kind, run }));
  });
}

/** The cursor of a page is the sequence that the next one ends before. */
function sequenceOf(cursor: string, head: number): number {
  const sequence = /^[1-9]\d{0,15}$/u.test(cursor) ? Number(cursor) : 0;
  if (sequence >= 1 && sequence <= head) return sequence;
  throw new TuttiError("usage", "The cursor is of no page of this list.");
}

type Wanted = {
  readonly before: number;
  readonly limit: number;
  readonly kind: (typeof ACTORS)[number] | undefined;
  readonly run: string | null;
};

async function pageOf(engine: Pick<Engine, "events">, wanted: Wanted): Promise<AuditPage> {
  const { before, limit } = wanted;
  const items: AuditLine[] = [];
  let end = before;
  while (end > 1 && items.length < limit && before - end < LOOKED_THROUGH_MAX) {
    const start = Math.max(0, end - 1 - STRIDE);
    const read = engine.events(start, end - 1 - start).toReversed();
    for (const event of read) {
      if (items.length === limit) break;
      if (isWanted(event, wanted)) items.push(lineOf(event));
      end = event.seq;
    }
    if (read.length === 0) end = 1;
    await nextTurn();
  }
  return { items, next: end > 1 ? String(end) : null };
}

/** What someone did is not what Tutti had to do for it. */
const isWanted = (event: RunEvent, { kind, run }: Wanted): boolean =>
  (run === null || event.run === run) &&
  (kind === undefined ||
    (event.actor.kind === kind && (kind === "system" || !event.body.type.startsWith("effect."))));

function lineOf({ seq, run, at, actor, body }: RunEvent): AuditLine {
  const facts: Readonly<Record<string, unknown>> = { ...body };
  const words = ABOUT.flatMap((name) => {
    const value = facts[name];
    return typeof value === "string" && value !== "" ? [value] : [];
  });
  const about = words.join(": ").slice(0, ABOUT_MAX_CHARACTERS);
  return { seq, run, at, actor, did: body.type, about: about === "" ? null : about };
}
