/** Routes about a project, the user's keys, and the search over all tasks. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KeyList, MAX_SEARCH_CHARS, type RunId, SearchResult } from "@tutti/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openSecrets } from "../../src/secrets/secrets.ts";
import { type ApiServer, createServer } from "../../src/server/create-server.ts";
import { search } from "../../src/server/search.ts";
import { memoryEngine, type MemoryEngine } from "./memory-engine.ts";
import { rawRequest, type RawRequest } from "./raw-request.ts";

const KIM = { kind: "person", id: "kim" } as const;
const VALUE = "sk-test-0123456789-abcdef";

let folder: string;
let engine: MemoryEngine;
let server: ApiServer;
let knownToRedactor: string[];

const api = (path: string, request: RawRequest = {}) =>
  rawRequest(server.socketPath, `/api/v1${path}`, request);

const answer = async (path: string, request: RawRequest = {}) => {
  const { status, text } = await api(path, request);
  return { status, body: JSON.parse(text) };
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "tutti-project-"));
  engine = memoryEngine();
  knownToRedactor = [];
  server = await createServer(engine, {
    socketPath: join(folder, "run", "daemon.sock"),
    version: "1.2.3",
    stop: () => {},
    keys: openSecrets({
      folders: { config: join(folder, "config"), data: join(folder, "data") },
      environment: {},
      mayMakeKeyFile: true,
      onHandedOut: (value) => knownToRedactor.push(value),
    }),
  });
});

afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

it("a key is written and removed, and its value is in no answer", async () => {
  const put = await api("/keys/ACME_API_KEY", { method: "PUT", body: `${VALUE}\n` });
  expect(put.status).toBe(200);
  expect(knownToRedactor).toEqual([VALUE]);
  const list = await api("/keys");
  expect(KeyList.parse(JSON.parse(list.text)).items).toEqual([
    { name: "ACME_API_KEY", source: "file" },
  ]);
  expect(put.text + list.text).not.toContain(VALUE);
  expect((await api("/keys/ACME_API_KEY")).status).toBe(404);
  expect((await answer("/keys/ACME_API_KEY", { method: "DELETE" })).body).toEqual({
    name: "ACME_API_KEY",
    removed: true,
  });
  expect((await answer("/keys/ACME_API_KEY", { method: "DELETE" })).body).toMatchObject({
    code: "secrets.unknown",
  });
  expect((await answer("/keys")).body).toEqual({ items: [] });
});

it("what is no name of a key, or no key, is refused without repeating it", async () => {
  const short = await api("/keys/ACME_API_KEY", { method: "PUT", body: "hush" });
  expect(short.status).toBe(400);
  expect(short.text).not.toContain("hush");
  for (const name of ["lower_key", "TUTTI_TOKEN", "..%2Fescape"]) {
    const { status } = await api(`/keys/${name}`, { method: "PUT", body: VALUE });
    expect(status).toBe(400);
  }
  expect((await answer("/keys")).body).toEqual({ items: [] });
});

it("a project is asked for by an absolute path", async () => {
  expect((await answer("/project")).body).toMatchObject({ code: "usage" });
  expect((await answer("/project?path=here")).body).toMatchObject({ code: "usage" });
  expect((await answer("/project?path=/nowhere")).body).toMatchObject({ code: "repository.none" });
});

const find = async (query: string) => SearchResult.parse((await answer(`/search?${query}`)).body);

const start = async (text: string): Promise<RunId> => {
  const started = await engine.startRun({ path: "/repo", text }, KIM);
  if (started.kind === "rejected") throw new Error(started.message);
  return started.run;
};

it("search finds tasks by every word, newest first, and says when there is more", async () => {
  const old = await start("Parse dates with a zone\nThe parser drops the offset of a zone.");
  const recent = await start("Zone files are PARSED twice");
  expect((await find("q=parse+zone")).items.map(({ run }) => run)).toEqual([recent, old]);
  expect(await find("q=parse+zone&limit=1")).toMatchObject({
    items: [{ kind: "run", run: recent, title: "Zone files are PARSED twice" }],
    isCut: true,
  });
  expect((await find("q=offset")).items).toMatchObject([
    { run: old, detail: "The parser drops the offset of a zone.", where: old },
  ]);
  expect((await find("q=zone+nowhere")).items).toEqual([]);
  expect((await find("q=")).items).toEqual([]);
  const long = "x".repeat(MAX_SEARCH_CHARS + 1);
  expect((await answer(`/search?q=${long}`)).body).toMatchObject({ code: "usage" });
});

it("search finds what a contract requires", async () => {
  const run = await start("Do it");
  engine.settle(run);
  const document = engine.document(run);
  const contract = document?.artifacts["contract.yaml"]?.data;
  if (contract?.kind !== "contract") throw new Error("the run has no contract");
  const [requirement] = contract.contract.requirements;
  const hits = await find(`q=${encodeURIComponent(requirement?.text ?? "")}`);
  expect(hits.items).toContainEqual({
    kind: "artifact",
    run,
    title: "Do it",
    detail: `${requirement?.id}: ${requirement?.text}`,
    where: "contract.yaml",
  });
});

it("search leaves others their turn, and ends when whoever asked has left", async () => {
  for (let count = 0; count < 60; count += 1)
    await engine.startRun({ path: "/repo", text: `Task ${count}` }, KIM);
  let turns = 0;
  const looks: number[] = [];
  const { document } = engine;
  Object.assign(engine, {
    document: (run: RunId) => {
      looks.push(turns);
      return document(run);
    },
  });
  let ticking = setImmediate(function tick() {
    turns += 1;
    ticking = setImmediate(tick);
  });
  expect((await find("q=nothing")).items).toEqual([]);
  const inOneTurn = Map.groupBy(looks, (turn) => turn);
  expect(looks.length).toBe(60);
  expect(Math.max(...[...inOneTurn.values()].map(({ length }) => length))).toBeLessThan(10);
  looks.length = 0;
  const leaving = new AbortController();
  leaving.abort();
  expect(await search(engine, "nothing", { limit: 5, signal: leaving.signal })).toEqual({
    items: [],
    isCut: false,
  });
  clearImmediate(ticking);
  expect(looks).toEqual([]);
});

it("search finds a task by its title however old it is, and says that others were not read", async () => {
  const run = await start("Tune the zither");
  const [newest] = engine.runs({ limit: 1 }).items;
  if (newest === undefined) throw new Error("the run is not listed");
  const listed = Array.from({ length: 2500 }, (_none, index) =>
    index < 2499 ? { ...newest, title: `Task ${index}` } : newest,
  );
  const many = {
    document: () => null,
    runs: ({ cursor = "0", limit }: Parameters<typeof engine.runs>[0]) => {
      const end = Number(cursor) + limit;
      const items = listed.slice(Number(cursor), end);
      return { items, next: end < listed.length ? String(end) : null };
    },
  };
  const { signal } = new AbortController();
  const options = { limit: 5, signal };
  expect(await search(many, "zither", options)).toEqual({
    items: [{ kind: "run", run, title: "Tune the zither", detail: "Tune the zither", where: run }],
    isCut: true,
  });
  expect(await search(many, "lute", options)).toEqual({ items: [], isCut: true });
});
