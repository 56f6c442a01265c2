/** Runs: start one, list them, look at one, ask something of one. */
import {
  type Accepted,
  MAX_PAGE,
  PersonCommand,
  type RunId,
  type RunPage,
  type RunStarted,
  StartRun,
  TuttiError,
} from "@tutti/protocol";
import type { Outcome } from "../../engine/api.ts";
import { projectIdOf } from "../../engine/start-run.ts";
import { actorOf, holderOf } from "../holder.ts";
import { onceOnly } from "../idempotency.ts";
import { replacedHash, tagged } from "../etag.ts";
import { listView } from "../list-view.ts";
import { problemResponse } from "../problem.ts";
import {
  artifactParameter,
  idempotencyKey,
  jsonBody,
  numberQuery,
  runParameter,
  textBody,
} from "../request.ts";
import { viewOf } from "../run-view.ts";
import { runUsage } from "../usage-view.ts";
import type { App, Service } from "./context.ts";

const DEFAULT_PAGE = 50;

export function addRunRoutes(app: App, service: Service): void {
  const { engine } = service;

  app.post("/runs", async (context) => {
    const key = idempotencyKey(context);
    const request = await jsonBody(context, StartRun);
    const started = await engine.startRun(
      { ...defined(request), ...(key === null ? {} : { key }) },
      actorOf(context, service),
    );
    if (started.kind === "rejected") return problemResponse(started.code, started.message);
    const answer: RunStarted = { run: started.run, warnings: [...started.warnings] };
    return context.json(answer, 201, { location: `${context.req.path}/${started.run}` });
  });

  app.get("/runs", (context) => {
    const { project, cursor, states } = context.req.query();
    const page = engine.runs({
      limit: numberQuery(context, "limit", { fallback: DEFAULT_PAGE, min: 1, max: MAX_PAGE }),
      ...(project === undefined ? {} : { project: projectOf(project) }),
      ...(cursor === undefined ? {} : { cursor }),
      ...(states === undefined ? {} : { states: states.split(",") }),
    });
    const items = page.items.map((item) => listView(engine, item));
    const answer: RunPage = { items, next: page.next };
    return context.json(answer);
  });

  app.get("/runs/:run", (context) => {
    const run = runParameter(context);
    const { document, status } = openRun(service, run);
    const view = viewOf({ document, status, usage: runUsage(engine, run) });
    return tagged(context, { text: JSON.stringify(view), type: "application/json" });
  });

  app.post("/runs/:run/commands", async (context) => {
    const run = runParameter(context);
    const command = await jsonBody(context, PersonCommand);
    openRun(service, run);
    const request = await onceOnly(context, holderOf(service, context));
    return outcomeResponse(
      await engine.handleOnce(run, { command, request }, actorOf(context, service)),
    );
  });

  app.put("/runs/:run/artifacts/:name", async (context) => {
    const run = runParameter(context);
    const name = artifactParameter(context);
    openRun(service, run);
    const text = await textBody(context);
    const hash = replacedHash(context);
    const artifact = { name, text, ...(hash === null ? {} : { replaces: hash }) };
    return outcomeResponse(await engine.amend(run, artifact, actorOf(context, service)));
  });
}

/** Lists take a project by its id or by the root of its work tree. */
const projectOf = (text: string): string => (text.startsWith("/") ? projectIdOf(text) : text);

/** Throws `run.unknown`. */
export function openRun({ engine }: Service, run: RunId) {
  const document = engine.document(run);
  const status = engine.status(run);
  if (document === null || status === null) {
    throw new TuttiError("run.unknown", `There is no run ${run}.`);
  }
  return { document, status };
}

export function outcomeResponse(outcome: Outcome): Response {
  if (outcome.kind === "rejected") return problemResponse(outcome.code, outcome.message);
  const answer: Accepted = { run: outcome.run, version: outcome.version };
  return Response.json(answer);
}

/** Leaves absent keys out instead of carrying `undefined`. */
function defined(request: StartRun) {
  const { path, text, title, workflow, base, target, isolation, to, roles } = request;
  return {
    path,
    text,
    ...(title === undefined ? {} : { title }),
    ...(workflow === undefined ? {} : { workflow }),
    ...(base === undefined ? {} : { base }),
    ...(target === undefined ? {} : { target }),
    ...(isolation === undefined ? {} : { isolation }),
    ...(to === undefined ? {} : { to }),
    ...(roles === undefined ? {} : { roles }),
  };
}
