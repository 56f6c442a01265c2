/** Every route of the interface, from the interface itself. */
import type { Hono } from "hono";
import { createApp } from "../../../src/server/app.ts";

export const PREFIX = "/api/v1";

type Route = { readonly method: string; readonly path: string };

export const routes = (): readonly Route[] => {
  // What a route does is not asked for: a service of nothing is enough to list them.
  const nothing: unknown = new Proxy({}, { get: () => nothing });
  const app: Pick<Hono, "routes"> = createApp(nothing as never);
  return app.routes
    .filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => ({ method, path: path.slice(PREFIX.length) }));
};
