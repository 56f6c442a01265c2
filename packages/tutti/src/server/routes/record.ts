/** The record of a run: its events, artifacts, sessions, and a terminal in its fence. */
import { MAX_PAGE, type ShellSpec, TuttiError } from "@tutti/protocol";
import type { LaunchSpec } from "../../engine/ports/sandbox.ts";
import { artifactParameter, numberQuery, runParameter } from "../request.ts";
import { tagged } from "../etag.ts";
import { sessionViews } from "../session-view.ts";
import { openRun } from "./runs.ts";
import type { App, Service } from "./context.ts";

const MAX_POSITION = 1_000_000_000;

export function addRecordRoutes(app: App, service: Service): void {
  const { engine } = service;

  app.get("/runs/:run/events", (context) => {
    const { id } = openRun(service, runParameter(context)).document;
    const after = numberQuery(context, "after", { fallback: 0, min: 0, max: MAX_POSITION });
    const limit = numberQuery(context, "limit", { fallback: MAX_PAGE, min: 1, max: MAX_PAGE });
    return context.json({ items: engine.eventsOf(id, after, limit) });
  });

  app.get("/runs/:run/artifacts/:name", async (context) => {
    const { id, artifacts } = openRun(service, runParameter(context)).document;
    const name = artifactParameter(context);
    const text = await engine.artifact(id, name);
    if (text === null) throw new TuttiError("artifact.unknown", `The run ${id} has no ${name}.`);
    const hash = artifacts[name]?.artifact.hash;
    return tagged(context, { text, type: "text/plain; charset=utf-8", hash });
  });

  app.get("/runs/:run/sessions", (context) => {
    const { document } = openRun(service, runParameter(context));
    return context.json({ items: sessionViews({ engine, document, now: service.now() }) });
  });

  app.get("/runs/:run/shell", async (context) => {
    const { id } = openRun(service, runParameter(context)).document;
    return context.json(shellOf(await engine.shell(id)));
  });
}

/** The part of a launch that is plain data. */
function shellOf(spec: LaunchSpec): ShellSpec {
  const { place, command, env, cwd, egress, owner } = spec;
  const { root, mounts, artifacts, maxBytes, tmpBytes, isolation } = place;
  return {
    place: {
      root,
      mounts: [...mounts],
      env: { ...place.env },
      artifacts,
      maxBytes,
      tmpBytes,
      isolation,
    },
    command: [...command],
    egress: [...egress],
    owner,
    ...(env === undefined ? {} : { env: { ...env } }),
    ...(cwd === undefined ? {} : { cwd }),
  };
}
