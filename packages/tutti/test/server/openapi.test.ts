/** The description of the interface: it is valid, it tells of every route, and answers are as it says. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Command, ENGINE_COMMANDS, type RunId } from "@tutti/protocol";
import type { Hono } from "hono";
import { expect, it } from "vitest";
import { createApp } from "../../src/server/app.ts";
import { createServer } from "../../src/server/create-server.ts";
import { openApi, ROUTES } from "../../src/server/openapi/document.ts";
import type { Route } from "../../src/server/openapi/route.ts";
import { ANSWERS, BODIES } from "../../src/server/openapi/schemas.ts";
import { memoryEngine } from "./memory-engine.ts";
import { rawRequest } from "./raw-request.ts";

const PREFIX = "/api/v1";
const FILE = join(import.meta.dirname, "../../../../docs/schema/openapi.json");
const KIM = { kind: "person", id: "kim" } as const;

it("every route is described, and nothing is described that is not there", () => {
  const nothing: unknown = new Proxy({}, { get: () => nothing });
  const app: Pick<Hono, "routes"> = createApp(nothing as never);
  const served = app.routes
    .filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => `${method.toLowerCase()} ${path.slice(PREFIX.length)}`);
  const described = ROUTES.map(({ method, path }) => `${method} ${path}`);
  expect(described.toSorted()).toEqual(served.toSorted());
});

it("the document is valid OpenAPI 3.1", async () => {
  const validator = new Validator();
  // Through JSON, as others get it.
  const result = await validator.validate(JSON.parse(JSON.stringify(openApi())));
  expect(result).toMatchObject({ valid: true });
  expect(validator.version).toBe("3.1");
});

it("a broken document is told from a valid one", async () => {
  const { paths: _paths, ...broken } = openApi();
  const result = await new Validator().validate({ ...broken, paths: { runs: { get: 1 } } });
  expect(result).toMatchObject({ valid: false });
});

it("the published document is the one that is served (write it again with `vitest -u`)", async () => {
  await expect(`${JSON.stringify(openApi(), null, 2)}\n`).toMatchFileSnapshot(FILE);
});

it("the commands that are described are those that a person gives", () => {
  const described = BODIES.PersonCommand.options.map(({ shape }) => shape.kind.value);
  expect(described).toContain("run.pause");
  expect(described).toHaveLength(Command.options.length - ENGINE_COMMANDS.length);
  for (const kind of ENGINE_COMMANDS) expect(described).not.toContain(kind);
});

/** A request for each route that reads; null for what is no JSON or is asked elsewhere. */
const requestFor = ({ method, path, answer }: Route, run: RunId): string | null => {
  if (method !== "get" || !(answer in ANSWERS) || path === "/project") return null;
  const filled = path
    .replace(":run", run)
    .replace(":session", encodeURIComponent(`${run}/build/1`));
  return path.endsWith("/blame") ? `${filled}?path=a` : filled;
};

it("answers about a run that goes on are what the document says, with nothing besides", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tutti-openapi-"));
  const engine = memoryEngine();
  await using server = await createServer(engine, {
    socketPath: join(folder, "run", "daemon.sock"),
    version: "1.2.3",
    stop: () => {},
    web: {
      folder,
      file: join(folder, "web.json"),
      accessFile: join(folder, "access.json"),
      port: null,
    },
  });
  const started = await engine.startRun({ path: "/repo", text: "Fix it" }, KIM);
  if (started.kind === "rejected") throw new Error(started.message);
  engine.settle(started.run);
  const asked = ROUTES.flatMap((route) => {
    const path = requestFor(route, started.run);
    return path === null ? [] : [{ route, path }];
  });
  expect(asked.length).toBeGreaterThan(15);
  for (const { route, path } of asked) {
    const { status, text } = await rawRequest(server.socketPath, `${PREFIX}${path}`);
    expect({ path, status }).toEqual({ path, status: 200 });
    const body = JSON.parse(text);
    const schema = Object.entries(ANSWERS).find(([name]) => name === route.answer)?.[1];
    expect({ path, body: schema?.parse(body) }).toEqual({ path, body });
  }
  const served = await rawRequest(server.socketPath, `${PREFIX}/openapi.json`);
  expect(JSON.parse(served.text)).toEqual(JSON.parse(JSON.stringify(openApi())));
  rmSync(folder, { recursive: true, force: true });
});
