/** The fleet and the projects: what there is over all runs. */
import {
  type Fleet,
  FleetPause,
  type FleetPaused,
  type ProjectLine,
  type RunId,
} from "@tutti/protocol";
import { basename } from "node:path";
import type { Engine, Outcome } from "../../engine/api.ts";
import { eachRun, fleetView, OPEN_STATES } from "../fleet-view.ts";
import { landingsView } from "../landing-view.ts";
import { actorOf } from "../holder.ts";
import { jsonBody, runParameter } from "../request.ts";
import type { App, Service } from "./context.ts";
import { openRun, outcomeResponse } from "./runs.ts";

export function addFleetRoutes(app: App, service: Service): void {
  const { engine, now } = service;
  app.get("/fleet", (context) => {
    const answer: Fleet = fleetView(engine, now());
    return context.json(answer);
  });

  const order = async (isPaused: boolean, give: (run: RunId) => Promise<Outcome>) => {
    const runs = [...eachRun(engine, OPEN_STATES)].flatMap(({ id }) => {
      const document = engine.document(id);
      return document === null || (document.paused !== null) !== isPaused ? [] : [document.id];
    });
    return await Promise.allSettled(runs.map((run) => give(run)));
  };

  app.post("/fleet/pause", async (context) => {
    const { reason } = await jsonBody(context, FleetPause);
    const actor = actorOf(context, service);
    const pause = { kind: "run.pause", reason } as const;
    return context.json(toldOf(await order(false, (run) => engine.handle(run, pause, actor))));
  });

  app.post("/fleet/stop", async (context) => {
    const { reason } = await jsonBody(context, FleetPause);
    const actor = actorOf(context, service);
    // Those that are paused already may still have turns that end first.
    const paused = await order(true, (run) => engine.halt(run, reason, actor));
    const others = await order(false, (run) => engine.halt(run, reason, actor));
    return context.json(toldOf([...others, ...paused]));
  });

  app.post("/fleet/resume", async (context) => {
    const actor = actorOf(context, service);
    const resume = { kind: "run.resume" } as const;
    return context.json(toldOf(await order(true, (run) => engine.handle(run, resume, actor))));
  });

  app.post("/runs/:run/halt", async (context) => {
    const { reason } = await jsonBody(context, FleetPause);
    const { id } = openRun(service, runParameter(context)).document;
    return outcomeResponse(await engine.halt(id, reason, actorOf(context, service)));
  });

  app.get("/landings", (context) => context.json(landingsView(engine)));

  app.get("/projects", (context) => context.json({ items: projectLines(engine) }));
}

/**
 * Those that took it. One that ends in the meantime refuses, which is no failure. Throws what failed, once
 * every run was asked: none is left out because another could not be stored.
 */
function toldOf(outcomes: readonly PromiseSettledResult<Outcome>[]): FleetPaused {
  const failed = outcomes.find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
  return {
    runs: outcomes.flatMap((one) =>
      one.status === "fulfilled" && one.value.kind === "accepted" ? [one.value.run] : [],
    ),
  };
}

/** The one whose task moved last is first. */
const projectLines = (engine: Pick<Engine, "document" | "projects">): ProjectLine[] =>
  engine.projects().flatMap(({ project: _id, newest, ...counted }) => {
    const project = engine.document(newest)?.project;
    return project === undefined ? [] : [{ ...project, name: basename(project.path), ...counted }];
  });
