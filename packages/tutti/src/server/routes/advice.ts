/** Short answers of a model that is asked directly: how big a task is, whether a claim holds. */
import { AdviceRequest, FindingId, OpinionRequest, TuttiError } from "@tutti/protocol";
import { actorOf } from "../holder.ts";
import { jsonBody, runParameter } from "../request.ts";
import type { App, Service } from "./context.ts";
import { openRun } from "./runs.ts";

export function addAdviceRoutes(app: App, service: Service): void {
  const { engine } = service;

  app.post("/project/advice", async (context) => {
    const request = await jsonBody(context, AdviceRequest);
    return context.json(await engine.advise(request, { signal: context.req.raw.signal }));
  });

  app.post("/runs/:run/findings/:finding/opinion", async (context) => {
    const { id } = openRun(service, runParameter(context)).document;
    const name = context.req.param("finding");
    const finding = FindingId.safeParse(name);
    if (!finding.success)
      throw new TuttiError("finding.unknown", `There is no finding ${JSON.stringify(name)}.`);
    const { agent } = await jsonBody(context, OpinionRequest);
    const about = { run: id, finding: finding.data, agent, actor: actorOf(context, service) };
    return context.json(await engine.opinion(about, { signal: context.req.raw.signal }));
  });
}
