/** Requests that are sent twice, and answers that somebody has already. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunId } from "@tutti/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type ApiServer, createServer } from "../../src/server/create-server.ts";
import { memoryEngine, type MemoryEngine } from "./memory-engine.ts";
import { json, rawRequest, type RawRequest } from "./raw-request.ts";

const KIM = { kind: "person", id: "kim" } as const;

let folder: string;
let engine: MemoryEngine;
let server: ApiServer;
let run: RunId;

const api = (path: string, request: RawRequest = {}) =>
  rawRequest(server.socketPath, `/api/v1${path}`, request);

/** The same request with more headers. */
const withHeaders = (
  request: RawRequest,
  headers: Readonly<Record<string, string>>,
): RawRequest => ({
  ...request,
  headers: { ...request.headers, ...headers },
});

const keyed = (request: RawRequest, key: string): RawRequest =>
  withHeaders(request, { "idempotency-key": key });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "tutti-twice-"));
  engine = memoryEngine();
  server = await createServer(engine, {
    socketPath: join(folder, "run", "daemon.sock"),
    version: "1.2.3",
    stop: () => {},
  });
  const started = await engine.startRun({ path: "/repo", text: "Fix it" }, KIM);
  if (started.kind === "rejected") throw new Error(started.message);
  ({ run } = started);
});

afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const comments = (): number => engine.document(run)?.comments.length ?? 0;
const comment = (text: string) => json({ kind: "comment.add", on: "run", text });
const COMMANDS = (): string => `/runs/${run}/commands`;

it("a command that is sent twice with one key is done once, and answered the same", async () => {
  const first = await api(COMMANDS(), keyed(comment("once"), "k-1"));
  const second = await api(COMMANDS(), keyed(comment("once"), "k-1"));
  expect(first.status).toBe(200);
  expect([second.status, second.text]).toEqual([first.status, first.text]);
  expect(second.headers["content-type"]).toBe(first.headers["content-type"]);
  expect(first.headers["idempotency-replayed"]).toBeUndefined();
  expect(second.headers["idempotency-replayed"]).toBe("true");
  expect(comments()).toBe(1);
  await api(COMMANDS(), keyed(comment("once"), "k-2"));
  expect(comments()).toBe(2);
});

it("two at the same moment are one", async () => {
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => api(COMMANDS(), keyed(comment("once"), "k-1"))),
  );
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  expect(comments()).toBe(1);
});

it("a key that comes with another request is refused, and nothing is done", async () => {
  await api(COMMANDS(), keyed(comment("once"), "k-1"));
  const others = [
    api(COMMANDS(), keyed(comment("other"), "k-1")),
    api(`${COMMANDS()}?x=1`, keyed(comment("once"), "k-1")),
    api("/gc", keyed({ method: "POST" }, "k-1")),
  ];
  for (const { status, text } of await Promise.all(others)) {
    expect(status).toBe(422);
    expect(JSON.parse(text)).toMatchObject({ code: "request.key-reused" });
  }
  expect(comments()).toBe(1);
});

it("a refusal is repeated too; what failed in the daemon is tried again", async () => {
  const refused = await api(COMMANDS(), keyed(json({ kind: "run.resume" }), "k-1"));
  expect(refused.status).toBeGreaterThanOrEqual(400);
  await api(COMMANDS(), json({ kind: "run.pause", reason: "lunch" }));
  const again = await api(COMMANDS(), keyed(json({ kind: "run.resume" }), "k-1"));
  expect([again.status, again.text]).toEqual([refused.status, refused.text]);

  let calls = 0;
  Object.assign(engine, {
    gc: async () => {
      calls += 1;
      if (calls === 1) throw new Error("a defect");
      return { removed: 0 };
    },
  });
  expect((await api("/gc", keyed({ method: "POST" }, "k-2"))).status).toBe(500);
  expect((await api("/gc", keyed({ method: "POST" }, "k-2"))).status).toBe(200);
});

it("of several that wait for one that fails only one goes on at a time", async () => {
  let [calls, atOnce, most] = [0, 0, 0];
  const first = Promise.withResolvers<void>();
  Object.assign(engine, {
    gc: async () => {
      calls += 1;
      atOnce += 1;
      most = Math.max(most, atOnce);
      const isFirst = calls === 1;
      await (isFirst ? first.promise : new Promise((resolve) => void setImmediate(resolve)));
      atOnce -= 1;
      if (isFirst) throw new Error("a defect");
      return { removed: calls };
    },
  });
  const answers = Array.from({ length: 6 }, () => api("/gc", keyed({ method: "POST" }, "k-1")));
  // Answered only once the six before it have been read: they came on their own connections, and wait.
  for (let round = 0; round < 20; round += 1) await api("/health");
  first.resolve();
  const all = await Promise.all(answers);
  expect(all.filter(({ status }) => status === 500)).toHaveLength(1);
  expect([calls, most]).toEqual([2, 1]);
});

it("what is still being done is not done again, however much is asked meanwhile", async () => {
  let calls = 0;
  const first = Promise.withResolvers<void>();
  Object.assign(engine, {
    gc: async () => {
      calls += 1;
      await first.promise;
      return { removed: calls };
    },
  });
  const asked = api("/gc", keyed({ method: "POST" }, "k-1"));
  for (let round = 0; round < 51; round += 1)
    await Promise.all(
      Array.from({ length: 20 }, (_none, index) =>
        api("/fleet/resume", keyed({ method: "POST" }, `other-${round}-${index}`)),
      ),
    );
  const again = api("/gc", keyed({ method: "POST" }, "k-1"));
  await expect.poll(() => calls).toBe(1);
  for (let round = 0; round < 20; round += 1) await api("/health");
  first.resolve();
  expect((await asked).text).toBe((await again).text);
  expect(calls).toBe(1);
});

it("a run is not sent again to whoever has it, until it changes", async () => {
  const path = `/runs/${run}`;
  const first = await api(path);
  const etag = String(first.headers["etag"]);
  expect(etag).toMatch(/^"[0-9a-f]{64}"$/u);
  const same = await api(path, { headers: { "if-none-match": `"other", W/${etag}` } });
  expect([same.status, same.text, same.headers["etag"]]).toEqual([304, "", etag]);
  await api(COMMANDS(), comment("new"));
  const changed = await api(path, { headers: { "if-none-match": etag } });
  expect(changed.status).toBe(200);
  expect(changed.headers["etag"]).not.toBe(etag);
});

it("an artifact is replaced only where it is still what was edited", async () => {
  const replaced: (string | undefined)[] = [];
  const put = engine.amend;
  Object.assign(engine, {
    amend: (id: RunId, artifact: Parameters<typeof put>[1], actor: Parameters<typeof put>[2]) => {
      replaced.push(artifact.replaces);
      return put(id, artifact, actor);
    },
  });
  const path = `/runs/${run}/artifacts/spec.md`;
  const text: RawRequest = { method: "PUT", body: "# Spec\n" };
  await api(path, text);
  const etag = String((await api(path)).headers["etag"]);
  await api(path, withHeaders(text, { "if-match": etag }));
  await api(path, withHeaders(text, { "if-match": "*" }));
  expect(replaced).toEqual([undefined, etag.slice(1, -1), undefined]);
  expect((await api(path, { headers: { "if-none-match": etag } })).status).toBe(304);
});
