/** Routes of the HTTP interface. This layer translates; it decides nothing. */
import { API_PREFIX, VERSION_HEADER } from "@tutti/protocol";
import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { holderOf } from "./holder.ts";
import { idempotency } from "./idempotency.ts";
import { problemResponse, responseToError } from "./problem.ts";
import { addAccessRoutes, addTokenRoutes } from "./routes/access.ts";
import { addAdviceRoutes } from "./routes/advice.ts";
import { addAgentRoutes } from "./routes/agents.ts";
import { addAuditRoutes } from "./routes/audit.ts";
import { addDaemonRoutes } from "./routes/daemon.ts";
import { addDiffRoutes } from "./routes/diff.ts";
import { addEventRoutes } from "./routes/events.ts";
import { addFleetRoutes } from "./routes/fleet.ts";
import { addKeyRoutes, addProjectRoutes } from "./routes/project.ts";
import { addOpenApiRoute } from "./routes/openapi.ts";
import { addReadingRoutes } from "./routes/reading.ts";
import { addRecordRoutes } from "./routes/record.ts";
import { addRunRoutes } from "./routes/runs.ts";
import { addSearchRoutes } from "./routes/search.ts";
import { addTerminalRoutes } from "./routes/terminals.ts";
import { addUsageRoutes } from "./routes/usage.ts";
import type { App, Service } from "./routes/context.ts";

export function createApp(service: Service): App {
  const app: App = new Hono<{ Bindings: HttpBindings }>().basePath(API_PREFIX);
  app.use(async (context, next) => {
    // Set on the raw response first: a stream writes its own head.
    context.env.outgoing.setHeader(VERSION_HEADER, service.version);
    context.env.outgoing.setHeader("x-content-type-options", "nosniff");
    await next();
  });
  app.use(
    idempotency({
      holderOf: (context) => holderOf(service, context),
      // A link signs in once, and an answer to it holds the secret of a session.
      isOnce: (path) => path === `${API_PREFIX}/session`,
    }),
  );
  addDaemonRoutes(app, service);
  addAccessRoutes(app, service);
  addTokenRoutes(app, service);
  addAgentRoutes(app, service);
  addAdviceRoutes(app, service);
  addRunRoutes(app, service);
  addRecordRoutes(app, service);
  addDiffRoutes(app, service);
  addReadingRoutes(app, service);
  addUsageRoutes(app, service);
  addFleetRoutes(app, service);
  addAuditRoutes(app, service);
  addProjectRoutes(app, service);
  addKeyRoutes(app, service);
  addSearchRoutes(app, service);
  addTerminalRoutes(app, service);
  addOpenApiRoute(app);
  addEventRoutes(app, service);
  app.notFound((context) => {
    const asked = `${context.req.method} ${context.req.path}`;
    return problemResponse("request.unknown", `There is nothing at ${asked}.`);
  });
  app.onError((error) => responseToError(error, service.log));
  return app;
}
