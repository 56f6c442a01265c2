import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer as createNetServer } from "node:net";
import { once } from "node:events";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  Fleet,
  MAX_BODY_BYTES,
  type RunId,
  RunView,
  SessionView,
  TuttiError,
} from "@tutti/protocol";
import { createServer, type ApiServer } from "../../src/server/create-server.ts";
import { memoryEngine, type MemoryEngine } from "./memory-engine.ts";
import { json, rawRequest, type RawRequest } from "./raw-request.ts";

let folder: string;
let engine: MemoryEngine;
let server: ApiServer;
let stops: number;
let run: RunId;

const api = (path: string, request: RawRequest = {}) =>
  rawRequest(server.socketPath, `/api/v1${path}`, request);

const problem = async (path: string, request: RawRequest = {}) => {
  const answer = await api(path, request);
  expect(answer.headers["content-type"]).toBe("application/problem+json");
  const body = JSON.parse(answer.text);
  expect(body.status).toBe(answer.status);
  return body;
};

const read = async (query: string) =>
  JSON.parse((await api(`/sessions/r-1%2Fbuild%5BP1%5D%2F1/transcript?${query}`)).text);

/** The only run as lists show it. */
const row = async () => JSON.parse((await api("/runs")).text).items[0];

const approve = async (): Promise<void> => {
  const [item] = engine.attention();
  const give = { kind: "approval.give", step: item?.step, subject: item?.subject };
  expect((await api(`/runs/${run}/commands`, json(give))).status).toBe(200);
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "tutti-api-"));
  engine = memoryEngine();
  stops = 0;
  server = await createServer(engine, {
    socketPath: join(folder, "run", "daemon.sock"),
    version: "1.2.3",
    stop: () => {
      stops += 1;
    },
    logPath: "/log",
    dataPath: folder,
  });
  const started = await engine.startRun(
    { path: "/repo", text: "Fix it\nplease" },
    { kind: "person", id: "kim" },
  );
  if (started.kind === "rejected") throw new Error(started.message);
  run = started.run;
});

afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("the socket", () => {
  it("is reachable by its owner alone", () => {
    expect(lstatSync(server.socketPath).isSocket()).toBe(true);
    expect(statSync(server.socketPath).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, "run")).mode & 0o777).toBe(0o700);
  });

  it("is removed when the server closes", async () => {
    await server.close();
    expect(lstatSync(server.socketPath, { throwIfNoEntry: false })).toBeUndefined();
  });

  it("refuses a second daemon on the same path", async () => {
    const options = { socketPath: server.socketPath, version: "1", stop: () => undefined };
    await expect(createServer(engine, options)).rejects.toMatchObject({ code: "store.busy" });
  });

  it("replaces the socket that a killed daemon left", async () => {
    const socketPath = join(folder, "left.sock");
    const left = createNetServer().listen(socketPath);
    await once(left, "listening");
    // Closing the handle without unlinking is what kill -9 leaves behind.
    const copy = join(folder, "copy.sock");
    renameSync(socketPath, copy);
    left.close();
    await once(left, "close");
    renameSync(copy, socketPath);
    await using second = await createServer(memoryEngine(), {
      socketPath,
      version: "1",
      stop: () => undefined,
    });
    const answer = await rawRequest(second.socketPath, "/api/v1/health");
    expect(answer.status).toBe(200);
  });

  it("does not remove a file that is not a socket", async () => {
    const socketPath = join(folder, "file");
    writeFileSync(socketPath, "mine");
    const options = { socketPath, version: "1", stop: () => undefined };
    await expect(createServer(engine, options)).rejects.toMatchObject({ code: "store.failed" });
    expect(statSync(socketPath).size).toBe(4);
  });

  it("tightens a folder that others could enter", async () => {
    const socketPath = join(folder, "open", "s.sock");
    mkdirSync(join(folder, "open"));
    chmodSync(join(folder, "open"), 0o755);
    await using other = await createServer(memoryEngine(), {
      socketPath,
      version: "1",
      stop: () => undefined,
    });
    expect(other.socketPath).toBe(socketPath);
    expect(statSync(join(folder, "open")).mode & 0o777).toBe(0o700);
  });
});

describe("requests", () => {
  it("answer with the daemon's version and the newest sequence", async () => {
    const { status, text, headers } = await api("/health");
    expect(status).toBe(200);
    expect(headers["tutti-version"]).toBe("1.2.3");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(JSON.parse(text)).toMatchObject({ status: "ok", version: "1.2.3", pid: process.pid });
  });

  it("are refused as problems with a code and a mend when nothing is there", async () => {
    const body = await problem("/nothing");
    expect(body).toMatchObject({ status: 404, code: "request.unknown" });
    expect(body.mend).not.toBe("");
    expect((await rawRequest(server.socketPath, "/")).status).toBe(404);
  });

  it("are refused by method as well", async () => {
    expect((await problem("/health", { method: "DELETE" })).code).toBe("request.unknown");
  });

  it("name what is wrong with bad JSON", async () => {
    const body = await problem("/runs", { ...json({}), body: "{nope" });
    expect(body).toMatchObject({ status: 400, code: "usage" });
    expect(body.detail).toContain("not valid JSON");
  });

  it("need JSON to be declared as such", async () => {
    const body = await problem("/runs", { method: "POST", body: "{}" });
    expect(body.detail).toContain("application/json");
  });

  it("name the field that does not fit, and unknown ones", async () => {
    const body = await problem("/runs", json({ path: "relative", text: "x", colour: "red" }));
    expect(body.detail).toContain("body.path");
    expect(body.detail).toContain("colour");
  });

  it("are cut off at the body limit, whatever length they claim", async () => {
    const large = "x".repeat(MAX_BODY_BYTES + 1);
    const request = json({ path: "/repo", text: large });
    expect(await problem("/runs", request)).toMatchObject({
      status: 413,
      code: "request.too-large",
    });
    const chunked = { ...request, headers: { ...request.headers, "transfer-encoding": "chunked" } };
    expect((await problem("/runs", chunked)).code).toBe("request.too-large");
  });

  it("do not show the inside of a defect", async () => {
    await server.close();
    const broken = memoryEngine({
      attention: () => {
        throw new Error("secret inside");
      },
    });
    const socketPath = join(folder, "defect.sock");
    server = await createServer(broken, { socketPath, version: "1", stop: () => undefined });
    const body = await problem("/attention");
    expect(body).toMatchObject({ status: 500, code: "internal" });
    expect(JSON.stringify(body)).not.toContain("secret");
  });
});

describe("runs", () => {
  it("start as the person who owns the socket", async () => {
    const answer = await api("/runs", json({ path: "/repo", text: "Do it" }));
    expect(answer.status).toBe(201);
    const { run: id, warnings } = JSON.parse(answer.text);
    expect(answer.headers["location"]).toBe(`/api/v1/runs/${id}`);
    expect(warnings).toEqual(["the tree is dirty"]);
    expect(engine.actors.at(-1)).toEqual({ kind: "person", id: userInfo().username });
  });

  it("start once for one idempotency key", async () => {
    const request = json({ path: "/repo", text: "Do it" });
    const keyed = { ...request, headers: { ...request.headers, "idempotency-key": "k-1" } };
    const first = await api("/runs", keyed);
    const second = await api("/runs", keyed);
    expect(JSON.parse(second.text).run).toBe(JSON.parse(first.text).run);
    const bad = { ...request, headers: { ...request.headers, "idempotency-key": "a b" } };
    expect((await problem("/runs", bad)).code).toBe("usage");
  });

  it("are listed page by page, and by project folder", async () => {
    for (let index = 0; index < 4; index += 1) {
      await api("/runs", json({ path: "/other", text: `Task ${index}` }));
    }
    const first = JSON.parse((await api("/runs?limit=3")).text);
    expect(first.items).toHaveLength(3);
    const rest = JSON.parse((await api(`/runs?limit=3&cursor=${first.next}`)).text);
    expect(rest.items).toHaveLength(2);
    expect(rest.next).toBeNull();
    const other = JSON.parse((await api("/runs?project=/other")).text);
    expect(other.items).toHaveLength(4);
    expect((await problem("/runs?limit=0")).code).toBe("usage");
    expect((await problem("/runs?limit=201")).code).toBe("usage");
  });

  it("are listed with where they stand on the board, and by whom they are", async () => {
    expect((await row()).column).toBe("working");
    engine.settle(run);
    expect(await row()).toMatchObject({ state: "waiting", column: "review" });
    await approve();
    expect((await row()).column).toBe("working");
    const seen = new Set<string>();
    do seen.add((await row()).column);
    while (engine.step(run));
    expect(seen).toEqual(new Set(["working", "review", "ready"]));
    const families = { authors: ["anthropic"], reviewers: ["openai"] };
    expect(await row()).toMatchObject({ state: "waiting", column: "ready", families });
    await approve();
    engine.settle(run);
    expect(await row()).toMatchObject({ state: "merged", column: "done", families });
  });

  it("are told as a view that fits its schema at every step of their life", async () => {
    const view = async () => RunView.parse(JSON.parse((await api(`/runs/${run}`)).text));
    expect((await view()).state).toBe("working");
    engine.settle(run);
    const waiting = await view();
    expect(waiting).toMatchObject({ state: "waiting", pin: null, outcome: null });
    expect(waiting.steps.find(({ id }) => id === "approve-spec")?.outcome).toBe("waiting");
    const [item] = waiting.attention;
    const give = { kind: "approval.give", step: "approve-spec", subject: item?.subject };
    expect((await api(`/runs/${run}/commands`, json(give))).status).toBe(200);
    while (engine.step(run)) RunView.parse(JSON.parse((await api(`/runs/${run}`)).text));
    const after = await view();
    expect(after.pin).not.toBeNull();
    const declared = { lineage: "declared", models: [] };
    expect(after.families).toEqual({
      authors: ["anthropic"],
      reviewers: ["openai"],
      lineage: {
        authors: [{ name: "alto", family: "anthropic", ...declared }],
        reviewers: [{ name: "tenor", family: "openai", ...declared }],
      },
    });
    expect(after.contract?.requirements[0]).toMatchObject({ id: "R1", state: "unverified" });
    expect(after.checks.some(({ outcome }) => outcome === "green")).toBe(true);
  });

  it("record the program that answers for a person", async () => {
    engine.settle(run);
    const subject = engine.attention()[0]?.subject;
    const request = json({ kind: "approval.give", step: "approve-spec", subject });
    const headers = { ...request.headers, "tutti-on-behalf": "the demo" };
    await api(`/runs/${run}/commands`, { ...request, headers });
    const view = JSON.parse((await api(`/runs/${run}`)).text);
    expect(view.approvals).toMatchObject([{ by: userInfo().username, onBehalf: "the demo" }]);
  });

  it("refuse an answer to something that has changed", async () => {
    engine.settle(run);
    const give = { kind: "approval.give", step: "approve-spec", subject: "0".repeat(64) };
    const body = await problem(`/runs/${run}/commands`, json(give));
    expect(body).toMatchObject({ status: 409, code: "approval.moved" });
  });

  it("take no command of the engine's own from outside", async () => {
    const settle = {
      kind: "effect.settle",
      effect: "e-abcdef-1",
      result: { kind: "interrupted", reason: "x" },
    };
    const body = await problem(`/runs/${run}/commands`, json(settle));
    expect(body).toMatchObject({ status: 400, code: "usage" });
    expect(body.detail).toContain("not a command that a person gives");
  });

  it("are unknown under any other name", async () => {
    for (const name of ["r-unknown00000", "nonsense", "%2e%2e%2f%2e%2e%2fetc", "..%2Fr-x"]) {
      expect(await problem(`/runs/${name}`)).toMatchObject({ status: 404 });
    }
  });
});

describe("the record of a run", () => {
  it("gives artifacts by plain names only", async () => {
    await api(`/runs/${run}/artifacts/spec.md`, { method: "PUT", body: "# Spec" });
    expect((await api(`/runs/${run}/artifacts/spec.md`)).text).toBe("# Spec");
    for (const name of ["..%2F..%2Fetc%2Fpasswd", "%2Fetc%2Fpasswd", ".hidden", "a%00b", "a%0Ab"]) {
      const body = await problem(`/runs/${run}/artifacts/${name}`);
      expect(body).toMatchObject({ status: 404, code: "artifact.unknown" });
      const put = await problem(`/runs/${run}/artifacts/${name}`, { method: "PUT", body: "x" });
      expect(put.code).toBe("artifact.unknown");
    }
    expect(engine.artifacts.size).toBe(1);
  });

  it("refuses an artifact that is not text", async () => {
    const request = { method: "PUT", body: Buffer.from([0xff, 0xfe, 0x00]) };
    const body = await problem(`/runs/${run}/artifacts/spec.md`, request);
    expect(body.detail).toContain("UTF-8");
  });

  it("gives blobs by hash only", async () => {
    const answer = await api(`/blobs/${"a".repeat(64)}`);
    expect(answer.text).toBe("bytes");
    expect(answer.headers["content-type"]).toBe("application/octet-stream");
    for (const hash of ["b".repeat(64), "..%2F..%2Fetc", "A".repeat(64)]) {
      expect((await problem(`/blobs/${hash}`)).code).toBe("blob.unknown");
    }
  });

  it("shows a blob to a browser as plain text or as pixels, and as nothing that could act", async () => {
    const text = await api(`/blobs/${"a".repeat(64)}?as=text`);
    expect(text.headers).toMatchObject({
      "content-type": "text/plain; charset=utf-8",
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; sandbox",
    });
    const pixels = await api(`/blobs/${"c".repeat(64)}?as=image`);
    expect(pixels.headers).toMatchObject({
      "content-type": "image/png",
      "x-content-type-options": "nosniff",
    });
    for (const query of [`${"a".repeat(64)}?as=image`, `${"a".repeat(64)}?as=text/html`])
      expect(await problem(`/blobs/${query}`)).toMatchObject({ status: 400, code: "usage" });
    const plain = await api(`/blobs/${"a".repeat(64)}`);
    expect(plain.headers["content-disposition"]).toContain("attachment");
  });

  it("gives transcripts in windows, from the end as well", async () => {
    const entries = Array.from({ length: 10 }, (_, at) => ({
      kind: "note" as const,
      at,
      text: `${at}`,
    }));
    engine.transcripts.set("r-1/build[P1]/1", entries);
    expect(await read("from=2&limit=3")).toMatchObject({ from: 2, total: 10 });
    expect((await read("from=-2&limit=5")).entries).toHaveLength(2);
    expect((await problem("/sessions/r-1%2Fbuild%5BP1%5D%2F1/transcript?limit=501")).code).toBe(
      "usage",
    );
    expect((await problem("/sessions/%2Fetc%2Fpasswd/transcript")).code).toBe("session.unknown");
  });

  it("tells of each session what it says now, and of all that work", async () => {
    const session = `${run}/spec/1`;
    engine.step(run);
    engine.say(session, "Reading\nthe \u001B[31mcode\u0007 \n\n");
    const [view] = JSON.parse((await api(`/runs/${run}/sessions`)).text).items;
    expect(SessionView.parse(view)).toMatchObject({
      session,
      step: "spec",
      attempt: 1,
      agent: "alto",
      total: 1,
      last: "the [31mcode",
    });
    const fleet = Fleet.parse(JSON.parse((await api("/fleet")).text));
    expect(
      fleet.items.map(({ session: name, title, project }) => [name, title, project.path]),
    ).toEqual([[session, "Fix it", "/repo"]]);
  });

  it("pauses and resumes all runs, and tells of each project", async () => {
    const paused = await api("/fleet/pause", json({ reason: "lunch" }));
    expect(JSON.parse(paused.text)).toEqual({ runs: [run] });
    expect(engine.document(run)?.paused).toBe("lunch");
    expect(JSON.parse((await api(`/runs/${run}`)).text).paused).toBe("lunch");
    expect(JSON.parse((await api("/fleet/resume", json({}))).text)).toEqual({ runs: [run] });
    const { items } = JSON.parse((await api("/projects")).text);
    expect(items).toMatchObject([{ path: "/repo", name: "repo", runs: 1, open: 1 }]);
  });

  it("gives its events after a version", async () => {
    const all = JSON.parse((await api(`/runs/${run}/events`)).text).items;
    const later = JSON.parse((await api(`/runs/${run}/events?after=1`)).text).items;
    expect(all[0].body.type).toBe("run.started");
    expect(later).toHaveLength(all.length - 1);
  });

  it("gives the diff, and refuses what is not a commit", async () => {
    expect(JSON.parse((await api(`/runs/${run}/diff`)).text).files).toHaveLength(1);
    expect((await problem(`/runs/${run}/diff?from=--output=x`)).code).toBe("usage");
    expect(JSON.parse((await api(`/runs/${run}/diff?only=files`)).text).patch).toBe("");
    expect((await problem(`/runs/${run}/diff?only=x`)).code).toBe("usage");
  });

  it("gives the diff of a file that the change has, and of no other path", async () => {
    expect(JSON.parse((await api(`/runs/${run}/diff?path=a`)).text).patch).toContain("+new");
    for (const path of ["b", "..%2F..%2Fetc%2Fpasswd", "%2Fetc%2Fpasswd"]) {
      expect((await problem(`/runs/${run}/diff?path=${path}`)).code).toBe("file.unknown");
    }
    for (const path of ["", "a%00b", "x".repeat(5000)]) {
      expect((await problem(`/runs/${run}/diff?path=${path}`)).code).toBe("usage");
    }
    expect((await problem(`/runs/${run}/blame`)).code).toBe("usage");
  });

  it("tells who wrote a file, and what a merge would meet", async () => {
    expect(JSON.parse((await api(`/runs/${run}/blame?path=a`)).text).lines).toHaveLength(1);
    expect(JSON.parse((await api(`/runs/${run}/checkpoints`)).text).items).toEqual([]);
    expect(JSON.parse((await api(`/runs/${run}/conflicts`)).text).paths).toEqual(["a"]);
    expect(JSON.parse((await api(`/runs/${run}/seen`)).text)).toMatchObject({ files: [] });
    expect((await problem("/runs/r-nothere/seen")).code).toBe("run.unknown");
  });

  it("gives a shell as plain data", async () => {
    const spec = JSON.parse((await api(`/runs/${run}/shell`)).text);
    expect(spec).toMatchObject({ command: ["bash"], place: { root: `/ws/${run}` } });
  });
});

describe("the daemon", () => {
  it("tells what the machine offers, and proves a project when asked", async () => {
    const quick = JSON.parse((await api("/doctor", json({}))).text);
    expect(quick).toMatchObject({ probe: null, log: "/log", data: folder });
    const [disk] = quick.capabilities;
    expect(disk).toMatchObject({ name: "disk", detail: expect.stringContaining("MiB free for") });
    const full = JSON.parse((await api("/doctor", json({ path: "/repo", probe: true }))).text);
    expect(full.probe.checks).toEqual([{ name: "test", outcome: "green", detail: "3 passed" }]);
    const broken = await problem("/doctor", json({ path: "/broken", probe: true }));
    expect(broken).toMatchObject({ status: 422, code: "config.missing" });
  });

  it("lists what needs a person, of one run too", async () => {
    engine.settle(run);
    const [queued] = JSON.parse((await api("/attention")).text).items;
    expect(queued).toMatchObject({ run, about: { authors: [], reviewers: [] } });
    expect(JSON.parse((await api(`/attention?run=${run}`)).text).items).toHaveLength(1);
    expect(JSON.parse((await api("/attention?run=r-other0000000")).text).items).toHaveLength(0);
  });

  it("cleans up", async () => {
    expect(JSON.parse((await api("/gc", { method: "POST" })).text)).toEqual({ removed: 2 });
  });

  it("ends after it has said so", async () => {
    const answer = await api("/stop", { method: "POST" });
    expect(answer.status).toBe(202);
    expect(stops).toBe(1);
  });

  it("maps every error of the engine to its own status", async () => {
    await server.close();
    const full = memoryEngine({
      gc: async () => {
        throw new TuttiError("disk.full", "No space left.");
      },
    });
    const socketPath = join(folder, "full.sock");
    server = await createServer(full, { socketPath, version: "1", stop: () => undefined });
    const body = await problem("/gc", { method: "POST" });
    expect(body).toMatchObject({ status: 507, code: "disk.full", detail: "No space left." });
  });
});
