/** What models were asked and what it took: of one run, or of all. */
import { TuttiError, UsageGroup } from "@tutti/protocol";
import type { Context } from "hono";
import { numberQuery, runQuery } from "../request.ts";
import { usageReport } from "../usage-view.ts";
import type { App, Service } from "./context.ts";
import { openRun } from "./runs.ts";

/** Milliseconds since the epoch, far beyond any clock. */
const LATEST = 10_000_000_000_000;

export function addUsageRoutes(app: App, service: Service): void {
  app.get("/usage", (context) => {
    const document = documentOf(context, service);
    const by = groupOf(context);
    const since = numberQuery(context, "since", { fallback: 0, min: 0, max: LATEST });
    const query = {
      ...(document === null ? {} : { run: document.id }),
      ...(since === 0 ? {} : { since }),
      ...(by === null ? {} : { by }),
    };
    return context.json(usageReport(service.engine, query, document));
  });
}

function documentOf(context: Context, service: Service) {
  const run = runQuery(context);
  return run === null ? null : openRun(service, run).document;
}

function groupOf(context: Context): UsageGroup | null {
  const text = context.req.query("by");
  if (text === undefined) return null;
  const group = UsageGroup.safeParse(text);
  if (group.success) return group.data;
  throw new TuttiError("usage", `"by" is one of ${UsageGroup.options.join(", ")}.`);
}
