/** A project by its folder, and the keys of this machine's user. */
import { isAbsolute } from "node:path";
import { type KeyList, type KeyRemoved, TuttiError } from "@tutti/protocol";
import type { Context } from "hono";
import { actorOf } from "../holder.ts";
import { textBody } from "../request.ts";
import type { App, Service } from "./context.ts";

const MAX_PATH_CHARACTERS = 4096;

export function addProjectRoutes(app: App, { project }: Service): void {
  app.get("/project", async (context) => {
    const { path } = context.req.query();
    if (path === undefined || !isAbsolute(path) || path.length > MAX_PATH_CHARACTERS)
      throw new TuttiError("usage", "`path` is the absolute path of a folder of the project.");
    return context.json(await project(path));
  });
}

/** No route tells the value of a key. */
export function addKeyRoutes(app: App, service: Service): void {
  const { engine, keys } = service;
  app.get("/keys", async (context) => {
    const answer: KeyList = { items: [...(await keys.list())] };
    return context.json(answer);
  });

  app.put("/keys/:name", async (context) => {
    const name = nameOf(context);
    const value = (await textBody(context)).trim();
    const { source } = await keys.set(name, value);
    await engine.record(actorOf(context, service), { did: "key.set", about: name });
    return context.json({ name, source });
  });

  app.delete("/keys/:name", async (context) => {
    const name = nameOf(context);
    if (!(await keys.remove(name)))
      throw new TuttiError("secrets.unknown", `No key ${name} is stored.`);
    await engine.record(actorOf(context, service), { did: "key.removed", about: name });
    const answer: KeyRemoved = { name, removed: true };
    return context.json(answer);
  });
}

const nameOf = (context: Context): string => context.req.param("name") ?? "";
