/**
 * The audit view: what people and agents did, newest first. Events of all runs, and between them what was
 * done outside every run, each after the event that was the last one then.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import {
  AuditActor,
  type AuditLine,
  AuditNote,
  type AuditPage,
  MAX_PAGE,
  type RunEvent,
  TuttiError,
} from "@tutti/protocol";
import type { Engine } from "../../engine/api.ts";
import type { Doing } from "../../engine/ports/store.ts";
import { actorOf, holderOf } from "../holder.ts";
import { jsonBody, numberQuery, runQuery } from "../request.ts";
import { openRun } from "./runs.ts";
import type { App, Service } from "./context.ts";

const DEFAULT_PAGE = 50;
/** Events read at once, from the newest backwards; others have their turn in between. */
const STRIDE = 500;
/** Events looked through for one page: where few are wanted it has fewer lines, and says where to go on. */
const LOOKED_THROUGH_MAX = 20_000;
const ACTORS = AuditActor.options;
const ABOUT = [
  "step",
  "reason",
  "target",
  "permission",
  "question",
  "artifact",
  "finding",
  "text",
] as const;
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
    const before = cursor === undefined ? { event: head + 1 } : placeOf(cursor, head);
    const kind = ACTORS.find((one) => one === actor);
    if (actor !== undefined && kind === undefined)
      throw new TuttiError("usage", `"actor" is one of ${ACTORS.join(", ")}.`);
    if (run !== null) openRun(service, run);
    return context.json(await pageOf(engine, { before, limit, kind, run }));
  });

  app.post("/audit", async (context) => {
    if (holderOf(service, context) !== "")
      throw new TuttiError("usage", "A note is made at the daemon's socket, by the command line.");
    const note = await jsonBody(context, AuditNote);
    await engine.record(actorOf(context, service), note);
    return context.json(note, 201);
  });
}

/** What comes before it in time comes after it in the list. `doing`: what was done after the event before it. */
type Place = { readonly event: number; readonly doing?: number };

/** A cursor is the place of the last line that was told or looked at: `12`, or `12.3` outside every run. */
function placeOf(cursor: string, head: number): Place {
  const [, event = "", doing] = /^(0|[1-9]\d{0,15})(?:\.([1-9]\d{0,14}))?$/u.exec(cursor) ?? [];
  const isEvent = event !== "" && Number(event) <= head;
  if (isEvent && doing !== undefined) return { event: Number(event) + 1, doing: Number(doing) };
  if (isEvent && event !== "0") return { event: Number(event) };
  throw new TuttiError("usage", "The cursor is of no page of this list.");
}

type Wanted = {
  readonly before: Place;
  readonly limit: number;
  readonly kind: (typeof ACTORS)[number] | undefined;
  readonly run: string | null;
};

async function pageOf(
  engine: Pick<Engine, "doings" | "events">,
  wanted: Wanted,
): Promise<AuditPage> {
  const { limit, before } = wanted;
  const items: AuditLine[] = [];
  const outside = doingsIn(engine, wanted);
  /** Those done after the event, which are newer than it. */
  const takeAfter = (event: number): void => {
    while (items.length < limit && (outside[0]?.after ?? -1) >= event)
      items.push(...outside.splice(0, 1).map(lineOfDoing));
  };
  let end = before.event;
  while (end > 1 && items.length < limit && before.event - end < LOOKED_THROUGH_MAX) {
    const start = Math.max(0, end - 1 - STRIDE);
    const read = engine.events(start, end - 1 - start).toReversed();
    for (const event of read) {
      takeAfter(event.seq);
      if (items.length === limit) break;
      if (isWanted(event, wanted)) items.push(lineOf(event));
      end = event.seq;
    }
    if (read.length === 0) end = 1;
    await nextTurn();
  }
  if (end > 1) return { items, next: nextOf(items, { end, limit }) };
  takeAfter(0);
  return { items, next: outside.length === 0 ? null : nextOf(items, { end, limit }) };
}

/** After the last line of a full page; where it is not full, after the last event that was looked at. */
const nextOf = (
  items: readonly AuditLine[],
  { end, limit }: { readonly end: number; readonly limit: number },
): string => (items.length === limit ? items.at(-1)?.id : undefined) ?? String(end);

/** One more than a page has, to know whether there are more. */
function doingsIn(engine: Pick<Engine, "doings">, wanted: Wanted): Doing[] {
  const { before, limit, kind, run } = wanted;
  if (run !== null || (kind !== undefined && kind !== "person")) return [];
  const after = { upTo: before.event - 1, limit: limit + 1 };
  const { doing } = before;
  return [...engine.doings(doing === undefined ? after : { ...after, before: doing })];
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
  const id = String(seq);
  return { id, seq, run, at, actor, did: body.type, about: about === "" ? null : about };
}

const lineOfDoing = ({ number, after, at, actor, did, about }: Doing): AuditLine => ({
  id: `${after}.${number}`,
  seq: after,
  run: null,
  at,
  actor,
  did,
  about,
});
