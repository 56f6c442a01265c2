/** Agents: which there are, and what each lacks. */
import { TuttiError } from "@tutti/protocol";
import { isAbsolute } from "node:path";
import type { App, Service } from "./context.ts";

const MAX_PATH_CHARACTERS = 4096;

export function addAgentRoutes(app: App, { agents }: Service): void {
  app.get("/agents", async (context) => {
    const { path } = context.req.query();
    if (path !== undefined && (!isAbsolute(path) || path.length > MAX_PATH_CHARACTERS))
      throw new TuttiError("usage", "`path` is the absolute path of a folder of the project.");
    return context.json(await agents(path ?? null));
  });
}
