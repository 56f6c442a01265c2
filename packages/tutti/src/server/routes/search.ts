/** One field that finds tasks, findings, artifacts and files. */
import { MAX_SEARCH_CHARS, MAX_SEARCH_HITS, TuttiError } from "@tutti/protocol";
import { numberQuery } from "../request.ts";
import { search } from "../search.ts";
import type { App, Service } from "./context.ts";

const USUAL_HITS = 30;

export function addSearchRoutes(app: App, { engine }: Service): void {
  app.get("/search", async (context) => {
    const { q = "" } = context.req.query();
    if (q.length > MAX_SEARCH_CHARS)
      throw new TuttiError("usage", `"q" has at most ${MAX_SEARCH_CHARS} characters.`);
    const bounds = { fallback: USUAL_HITS, min: 1, max: MAX_SEARCH_HITS };
    const limit = numberQuery(context, "limit", bounds);
    return context.json(await search(engine, q, { limit, signal: context.req.raw.signal }));
  });
}
