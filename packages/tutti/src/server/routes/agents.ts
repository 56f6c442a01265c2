/** Agents: which there are, what each lacks, and one tried for real. */
import { AgentTestRequest, TuttiError } from "@tutti/protocol";
import { isAbsolute } from "node:path";
import { jsonBody } from "../request.ts";
import type { App, Service } from "./context.ts";

const MAX_PATH_CHARACTERS = 4096;

export function addAgentRoutes(app: App, { agents, engine }: Service): void {
  app.get("/agents", async (context) => {
    const { path } = context.req.query();
    if (path !== undefined && (!isAbsolute(path) || path.length > MAX_PATH_CHARACTERS))
      throw new TuttiError("usage", "`path` is the absolute path of a folder of the project.");
    return context.json(await agents(path ?? null));
  });

  app.post("/agents/test", async (context) => {
    const request = await jsonBody(context, AgentTestRequest);
    return context.json(await engine.testAgent(request, { signal: context.req.raw.signal }));
  });
}
