/** What a run changed: files, patches, writers of lines, and what a merge would meet. */
import { type SeenView, TuttiError } from "@tutti/protocol";
import type { Context } from "hono";
import { actorName } from "../../domain/decide/run.ts";
import { seenOf } from "../../domain/seen.ts";
import { actorOf } from "../holder.ts";
import { commitQuery, pathQuery, runParameter } from "../request.ts";
import { openRun } from "./runs.ts";
import type { App, Service } from "./context.ts";

export function addDiffRoutes(app: App, service: Service): void {
  const { engine } = service;
  const runOf = (context: Context) => openRun(service, runParameter(context)).document.id;

  app.get("/runs/:run/diff", async (context) => {
    const only = onlyQuery(context);
    const path = pathQuery(context, "path");
    const query = {
      ...rangeOf(context),
      ...(path === null ? {} : { path }),
      ...(only === null ? {} : { only }),
    };
    return context.json(await engine.diff(runOf(context), query));
  });

  app.get("/runs/:run/blame", async (context) => {
    const path = pathQuery(context, "path");
    if (path === null) throw new TuttiError("usage", '"path" is missing.');
    return context.json(await engine.blame(runOf(context), { ...rangeOf(context), path }));
  });

  app.get("/runs/:run/checkpoints", (context) =>
    context.json({ items: engine.checkpoints(runOf(context)) }),
  );

  app.get("/runs/:run/seen", (context) => {
    const { document } = openRun(service, runParameter(context));
    const by = actorName({ actor: actorOf(context, service) });
    const candidate = document.candidate?.commit ?? null;
    const view: SeenView = { by, candidate, files: seenOf(document, by) };
    return context.json(view);
  });

  app.get("/runs/:run/conflicts", async (context) =>
    context.json(await engine.conflicts(runOf(context))),
  );
}

function onlyQuery(context: Context): "files" | null {
  const only = context.req.query("only");
  if (only === undefined || only === "files") return only ?? null;
  throw new TuttiError("usage", '"only" can be "files".');
}

function rangeOf(context: Context): { readonly from?: string; readonly to?: string } {
  const from = commitQuery(context, "from");
  const to = commitQuery(context, "to");
  return { ...(from === null ? {} : { from }), ...(to === null ? {} : { to }) };
}
