/** OpenAPI 3.1 from the schemas that requests are parsed by and answers are typed by. */
import { API_PREFIX, Duration } from "@tutti/protocol";
import { z } from "zod";
import { DAEMON_ROUTES } from "./daemon-routes.ts";
import type { Route } from "./route.ts";
import { RUN_ROUTES } from "./run-routes.ts";
import { TERMINAL_ROUTES } from "./terminal-routes.ts";
import { ANSWERS, BODIES } from "./schemas.ts";

export const ROUTES: readonly Route[] = [...RUN_ROUTES, ...TERMINAL_ROUTES, ...DAEMON_ROUTES];

const API_VERSION = "1";

const DESCRIPTION = [
  "The interface of the Tutti daemon. At its unix socket, which only its user can reach, nobody has to",
  "say who they are; at the listener of the command center a request has a session's cookie or a token.",
  "Every error is a problem of RFC 9457 with a stable code and what to do next.",
].join(" ");

type Json = Readonly<Record<string, unknown>>;

export const openApi = (): Json => ({
  openapi: "3.1.0",
  info: { title: "Tutti", version: API_VERSION, description: DESCRIPTION },
  servers: [{ url: API_PREFIX }],
  security: [{}, { token: [] }, { session: [] }],
  paths: pathsOf(ROUTES),
  components: {
    schemas: { ...componentsOf(BODIES, "input"), ...componentsOf(ANSWERS, "output") },
    securitySchemes: {
      token: { type: "http", scheme: "bearer", description: "Made by `tutti tokens create`." },
      session: { type: "apiKey", in: "cookie", name: "tutti-session-4810" },
    },
  },
});

function pathsOf(routes: readonly Route[]): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/gu, "{$1}");
    paths[path] = { ...paths[path], [route.method]: operationOf(route) };
  }
  return paths;
}

function operationOf(route: Route): Json {
  const { method, path, summary, body } = route;
  const words = path.split(/[^a-z]+/iu).filter((word) => word !== "");
  return {
    operationId: [method, ...words].join("-"),
    summary,
    parameters: [
      ...pathParameters(path),
      ...queryParameters(route.query ?? {}),
      ...headerParameters(route),
    ],
    ...(body === undefined ? {} : { requestBody: { required: true, content: contentOf(body) } }),
    responses: {
      [String(route.status ?? 200)]: { description: "Done.", content: contentOf(route.answer) },
      default: {
        description: "What was wrong, and what to do next.",
        content: { "application/problem+json": { schema: refTo("Problem") } },
      },
    },
  };
}

const pathParameters = (path: string): Json[] =>
  [...path.matchAll(/:(\w+)/gu)].map(([, name]) => {
    return { name, in: "path", required: true, schema: { type: "string" } };
  });

const queryParameters = (query: NonNullable<Route["query"]>): Json[] =>
  Object.entries(query).map(([name, schema]) => {
    const isRequired = !schema.safeParse(undefined).success;
    return { name, in: "query", required: isRequired, schema: withoutDialect(toJson(schema)) };
  });

/** What is sent with a request besides its body. */
const HEADERS = {
  "Idempotency-Key": "A request that is sent again with the same key is done once.",
  "If-None-Match": "The ETag of what is known: nothing is sent again.",
  "If-Match": "The ETag of what was edited: another text is not overwritten.",
};

function headerParameters({ method, path, answer }: Route): Json[] {
  const isTagged = answer === "RunView" || path.includes("/artifacts/");
  const names: (keyof typeof HEADERS)[] = method === "get" ? [] : ["Idempotency-Key"];
  if (isTagged) names.push(method === "get" ? "If-None-Match" : "If-Match");
  return names.map((name) => {
    const schema = { type: "string" };
    return { name, in: "header", required: false, description: HEADERS[name], schema };
  });
}

const RAW: Readonly<Record<string, Json>> = {
  text: { "text/plain": { schema: { type: "string" } } },
  bytes: { "application/octet-stream": {} },
  events: { "text/event-stream": { schema: { type: "string" } } },
  document: { "application/json": { schema: { type: "object" } } },
};

const contentOf = (name: string): Json =>
  RAW[name] ?? { "application/json": { schema: refTo(name) } };

const refTo = (name: string): Json => ({ $ref: uri(name) });

const withoutDialect = ({ $schema: _dialect, ...schema }: Json): Json => schema;

const OPTIONS = {
  target: "draft-2020-12",
  unrepresentable: "any",
  override: ({ zodSchema, jsonSchema }) => {
    // Not a format that others know; the pattern beside it says the same.
    if (jsonSchema.format === "starts_with") delete jsonSchema.format;
    // What a number of JavaScript can hold at all says nothing.
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    // Written as `90s` in files, sent as milliseconds.
    if (zodSchema === Duration) {
      delete jsonSchema.anyOf;
      Object.assign(jsonSchema, { type: "integer", minimum: 0, description: "Milliseconds." });
    }
  },
} satisfies Parameters<typeof z.toJSONSchema>[1];

const toJson = (schema: z.ZodType): Json => ({ ...z.toJSONSchema(schema, OPTIONS) });

const uri = (id: string): string => `#/components/schemas/${id}`;

/** Schemas that are part of others are referred to by name. */
function componentsOf(named: Readonly<Record<string, z.ZodType>>, io: "input" | "output"): Json {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { ...OPTIONS, io, uri });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _dialect, $id: _id, ...schema }]) => {
      return [name, io === "output" ? opened(schema) : schema];
    }),
  );
}

/** A later version may say more: whoever reads an answer leaves what it does not know. */
function opened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => opened(one));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, inner]) => name !== "additionalProperties" || inner !== false)
      .map(([name, inner]) => [name, opened(inner)]),
  );
}
