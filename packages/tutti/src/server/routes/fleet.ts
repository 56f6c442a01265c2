/** The fleet and the projects: what there is over all runs. */
import {
  type Fleet,
  FleetPause,
  type FleetPaused,
  type ProjectId,
  type ProjectLine,
} from "@tutti/protocol";
import { basename } from "node:path";
import type { Engine } from "../../engine/api.ts";
import { eachRun, fleetRows, OPEN_STATES } from "../fleet-view.ts";
import { actorOf, jsonBody } from "../request.ts";
import type { App, Service } from "./context.ts";

export function addFleetRoutes(app: App, { engine, now, user }: Service): void {
  app.get("/fleet", (context) => {
    const at = now();
    const answer: Fleet = { items: fleetRows(engine, at), at };
    return context.json(answer);
  });

  app.post("/fleet/pause", async (context) => {
    const { reason } = await jsonBody(context, FleetPause);
    const actor = actorOf(context, user);
    const open = [...eachRun(engine, OPEN_STATES)].flatMap(({ id }) => {
      const document = engine.document(id);
      return document === null || document.paused !== null ? [] : [document.id];
    });
    // One that ended in the meantime refuses, and that is no failure of the others.
    const outcomes = await Promise.all(
      open.map((run) => engine.handle(run, { kind: "run.pause", reason }, actor)),
    );
    const answer: FleetPaused = {
      runs: open.filter((_, index) => outcomes[index]?.kind === "accepted"),
    };
    return context.json(answer);
  });

  app.get("/projects", (context) => context.json({ items: projectLines(engine) }));
}

/** Newest first. */
function projectLines(engine: Pick<Engine, "document" | "runs">): ProjectLine[] {
  const lines = new Map<string, ProjectLine>();
  for (const { id, project, state, updatedAt } of eachRun(engine)) {
    const known = lines.get(project) ?? lineOf(engine.document(id)?.project);
    if (known === null) continue;
    const isOpen = OPEN_STATES.some((open) => open === state);
    lines.set(project, {
      ...known,
      runs: known.runs + 1,
      open: known.open + (isOpen ? 1 : 0),
      lastAt: Math.max(known.lastAt, updatedAt),
    });
  }
  return [...lines.values()].toSorted((left, right) => right.lastAt - left.lastAt);
}

const lineOf = (project: { id: ProjectId; path: string } | undefined): ProjectLine | null =>
  project === undefined
    ? null
    : { ...project, name: basename(project.path), runs: 0, open: 0, lastAt: 0 };
