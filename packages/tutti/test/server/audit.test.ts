/** What is done outside every run is in the audit too: tokens and keys, by whom, and never what they are. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { type AuditLine, AuditPage, TuttiError } from "@tutti/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ApiServer, createServer } from "../../src/server/create-server.ts";
import { openStage, ownPage } from "./attacks/stage.ts";
import { memoryEngine, type MemoryEngine } from "./memory-engine.ts";
import { json, rawRequest, type RawRequest } from "./raw-request.ts";

const ME = { kind: "person", id: userInfo().username } as const;
const VALUE = "a value that is never shown";

let folder: string;
let engine: MemoryEngine;
let server: ApiServer;
let stored: Set<string>;

const api = async (path: string, request: RawRequest = {}) => {
  const answer = await rawRequest(server.socketPath, `/api/v1${path}`, request);
  return { status: answer.status, body: JSON.parse(answer.text) };
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "tutti-audit-"));
  engine = memoryEngine();
  stored = new Set();
  server = await createServer(engine, {
    socketPath: join(folder, "run", "daemon.sock"),
    version: "1.2.3",
    stop: () => {},
    keys: {
      list: async () => [],
      set: async (name) => {
        stored.add(name);
        return { source: "file" };
      },
      remove: async (name) => stored.delete(name),
    },
    web: {
      folder: join(folder, "web"),
      file: join(folder, "web.json"),
      accessFile: join(folder, "access.json"),
      port: null,
    },
  });
});

afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const audit = async (query = "") => AuditPage.parse((await api(`/audit?${query}`)).body);
const told = ({ did, about, actor, run }: AuditLine) => ({ did, about, actor, run });

describe("the audit", () => {
  it("has each token that is made or taken back, and each key that is stored or removed", async () => {
    const { id, token } = (await api("/tokens", json({ name: "nightly" }))).body;
    await api(`/tokens/${id}`, { method: "DELETE" });
    await api("/keys/ACME_API_KEY", { method: "PUT", body: VALUE });
    await api("/keys/ACME_API_KEY", { method: "DELETE" });
    const refused = [
      api(`/tokens/${id}`, { method: "DELETE" }),
      api("/keys/ACME_API_KEY", { method: "DELETE" }),
    ];
    for (const { status } of await Promise.all(refused)) expect(status).toBeGreaterThan(399);
    const page = await audit("actor=person");
    const rest = { actor: ME, run: null };
    expect(page.items.map(told)).toEqual([
      { did: "key.removed", about: "ACME_API_KEY", ...rest },
      { did: "key.set", about: "ACME_API_KEY", ...rest },
      { did: "token.removed", about: `nightly (${id})`, ...rest },
      { did: "token.created", about: `nightly (${id})`, ...rest },
    ]);
    expect(JSON.stringify(page)).not.toContain(VALUE);
    expect(JSON.stringify(page)).not.toContain(token);
    expect((await audit("actor=agent")).items).toEqual([]);
  });

  it("tells them between the events of their time, each once, whatever the size of a page", async () => {
    const note = (about: string) => api("/audit", json({ did: "key.set", about }));
    await note("A");
    await note("B");
    const { run } = (await api("/runs", json({ path: "/repo", text: "Fix it" }))).body;
    await note("C");
    await note("D");
    await api(`/runs/${run}/commands`, json({ kind: "run.pause", reason: "lunch" }));
    await note("E");
    const whole = await audit("limit=200");
    const events = engine.events(0, 200).map(({ body }) => body.type);
    const [paused, ...before] = events.toReversed();
    expect(whole.items.map(({ did, about, run: of }) => (of === null ? about : did))).toEqual(
      ["E", paused, "D", "C"].concat(before, "B", "A"),
    );
    for (const limit of [1, 2, 3, 4, whole.items.length - 1]) {
      const read: AuditLine[] = [];
      let next: string | null = null;
      do {
        const cursor: string = next === null ? "" : `&cursor=${next}`;
        const page = await audit(`limit=${limit}${cursor}`);
        read.push(...page.items);
        next = page.next;
      } while (next !== null);
      expect(read).toEqual(whole.items);
    }
    expect(new Set(whole.items.map(({ id }) => id)).size).toBe(whole.items.length);
    const own = await audit(`run=${run}&limit=200`);
    expect(own.items.every((line) => line.run === run)).toBe(true);
    for (const cursor of ["0", "0.0", "1.", ".1", "99.1", "1.1.1"])
      expect((await api(`/audit?cursor=${cursor}`)).status).toBe(400);
  });

  it("names the token that something was done with, and takes no notes from browsers and programs", async () => {
    await using stage = await openStage();
    const headers = { authorization: `Bearer ${stage.token}`, "content-type": "application/json" };
    const body = JSON.stringify({ did: "key.set", about: "ACME_API_KEY" });
    expect((await stage.ask("POST /api/v1/audit", headers, body))?.status).toBe(400);
    expect((await stage.ask("POST /api/v1/audit", ownPage(stage), body))?.status).toBe(400);
    const other = String((await stage.own("/tokens", { name: "other" }))["id"]);
    expect((await stage.ask(`DELETE /api/v1/tokens/${other}`, headers))?.status).toBe(200);
    const [last] = stage.engine.doings({ upTo: 0, limit: 1 });
    expect(last).toMatchObject({
      did: "token.removed",
      about: `other (${other})`,
      actor: { ...ME, token: { id: expect.stringMatching(/^t-/u), name: "test" } },
    });
  });

  it("a token that could not be put there is none, and one that is taken back ends all the same", async () => {
    const made = (await api("/tokens", json({ name: "before" }))).body;
    Object.assign(engine, {
      record: () => Promise.reject(new TuttiError("disk.full", "The disk is full.")),
    });
    expect((await api("/tokens", json({ name: "nightly" }))).status).toBe(507);
    expect((await api("/tokens")).body.items).toMatchObject([{ name: "before" }]);
    expect((await api(`/tokens/${made.id}`, { method: "DELETE" })).status).toBe(507);
    expect((await api("/tokens")).body.items).toEqual([]);
  });
});
