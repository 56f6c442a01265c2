/** Live events of all runs, or of one. */
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { TuttiError } from "@tutti/protocol";
import type { Context } from "hono";
import { numberQuery, runQuery } from "../request.ts";
import { streamEvents } from "../event-stream.ts";
import type { App, Service } from "./context.ts";

export function addEventRoutes(app: App, { feed, activity, limits, signal, log }: Service): void {
  app.get("/events", async (context) => {
    const after = positionOf(context, feed.head());
    const run = runQuery(context);
    await streamEvents(context.env.outgoing, {
      feed,
      activity,
      after,
      run,
      limits,
      signal,
      log,
    });
    return RESPONSE_ALREADY_SENT;
  });
}

/** `Last-Event-ID` of a reader that comes back, else `?after`, else only what is new. */
function positionOf(context: Context, head: number): number {
  const last = context.req.header("last-event-id");
  if (last === undefined)
    return numberQuery(context, "after", { fallback: head, min: 0, max: head });
  if (/^\d{1,15}$/u.test(last) && Number(last) <= head) return Number(last);
  throw new TuttiError("usage", "Last-Event-ID is not a sequence of this store.");
}
