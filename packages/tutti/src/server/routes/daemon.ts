/** The daemon itself: is it there, what does the machine offer, clean up, end. */
import { DoctorRequest, type DoctorReport, type Health } from "@tutti/protocol";
import { diskSpace } from "../disk-space.ts";
import { jsonBody } from "../request.ts";
import type { App, Service } from "./context.ts";

export function addDaemonRoutes(app: App, service: Service): void {
  const { engine, version } = service;

  app.get("/health", (context) => {
    const health: Health = {
      status: "ok",
      version,
      pid: process.pid,
      startedAt: service.startedAt,
      head: engine.head(),
    };
    return context.json(health);
  });

  app.post("/doctor", async (context) => {
    const { path, probe } = await jsonBody(context, DoctorRequest);
    const { signal } = context.req.raw;
    const { dataPath } = service;
    const capabilities = [
      ...(dataPath === null ? [] : [await diskSpace(dataPath)]),
      ...(await engine.capabilities()),
    ];
    const report: DoctorReport = {
      version,
      capabilities,
      probe: probe && path !== undefined ? await engine.probe(path, { signal }) : null,
      log: service.logPath,
      data: dataPath,
    };
    return context.json(report);
  });

  app.post("/gc", async (context) => context.json(await engine.gc()));

  app.post("/stop", (context) => {
    context.env.outgoing.once("close", () => service.stop());
    return context.json({ stopping: true }, 202);
  });
}
