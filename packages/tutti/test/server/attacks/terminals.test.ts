/**
 * Terminals over HTTP: a page of another site, a stranger, a terminal of another task, a session that is
 * over, a flood. What can be done inside one is a matter of the fence: workspace/sandbox/terminals.test.ts.
 */
import { once } from "node:events";
import { type ClientRequest, request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Actor, RunId } from "@tutti/protocol";
import { rawRequest } from "../raw-request.ts";
import { type Headers, openStage, ownPage, type Stage } from "./stage.ts";

const KIM: Actor = { kind: "person", id: "kim" };
const SIZE = JSON.stringify({ rows: 24, columns: 80 });

let stage: Stage;
let run: RunId;
beforeAll(async () => {
  stage = await openStage();
  run = await startedRun();
});
afterAll(async () => stage[Symbol.asyncDispose]());

const startedRun = async (): Promise<RunId> => {
  const started = await stage.engine.startRun({ path: "/p", text: `task ${Math.random()}` }, KIM);
  if (started.kind === "rejected") throw new Error(started.message);
  stage.engine.step(started.run); // the workspace is made
  return started.run;
};

const opened = async (headers: Headers = ownPage(stage), of: RunId = run): Promise<string> => {
  const answer = await stage.ask(`POST /api/v1/runs/${of}/terminals`, headers, SIZE);
  expect(answer?.status).toBe(201);
  return String(JSON.parse(answer?.body ?? "")["id"]);
};
const at = (id: string, rest = ""): string => `/api/v1/runs/${run}/terminals/${id}${rest}`;
const typing = (id: string, data: string, headers: Headers = ownPage(stage)) =>
  stage.ask(`POST ${at(id, "/input")}`, headers, JSON.stringify({ data }));
const close = (id: string, headers: Headers = ownPage(stage)) =>
  stage.ask(`DELETE ${at(id)}`, headers);

/** What it has shown so far; it ends when the terminal does. */
const shown = async (id: string): Promise<string> => {
  const answer = await stage.ask(`GET ${at(id, "/output")}`, ownPage(stage));
  const parts = [...(answer?.body ?? "").matchAll(/^data: (\{"from".*\})$/gmu)];
  return parts
    .map(([, json = ""]) => Buffer.from(String(JSON.parse(json)["data"]), "base64").toString())
    .join("");
};

describe("a terminal of the own page", () => {
  it("control: is opened, typed into, resized, read and closed, and the record names who", async () => {
    const id = await opened();
    expect((await typing(id, "hello"))?.status).toBe(200);
    const size = JSON.stringify({ rows: 30, columns: 90 });
    expect((await stage.ask(`PUT ${at(id, "/size")}`, ownPage(stage), size))?.status).toBe(200);
    expect((await close(id))?.status).toBe(200);
    expect(await shown(id)).toBe("24x80\nhello30x90\n");
    const events = stage.engine.eventsOf(run, 0, 1000).map(({ body, actor }) => ({ body, actor }));
    const actor = expect.objectContaining({ kind: "person" });
    const body = { terminal: id };
    expect(events).toContainEqual({
      actor,
      body: expect.objectContaining({ ...body, type: "terminal.opened", access: "read-only" }),
    });
    expect(events).toContainEqual({
      actor,
      body: { ...body, type: "terminal.closed", reason: "closed", code: null },
    });
  });

  it("is read again from any position, and from what is kept when a position is past", async () => {
    const id = await opened();
    await typing(id, "abcdef");
    await close(id);
    const answer = await stage.ask(`GET ${at(id, "/output")}`, {
      ...ownPage(stage),
      "last-event-id": "9",
    });
    const [, data = ""] = /"from":9,"data":"([^"]*)"/u.exec(answer?.body ?? "") ?? [];
    expect(Buffer.from(data, "base64").toString()).toBe("def");
    const beyond = { ...ownPage(stage), "last-event-id": "900" };
    expect((await stage.ask(`GET ${at(id, "/output")}`, beyond))?.status).toBe(400);
  });
});

describe("A3, A7, A17: a page of another site (CVE-2026-22812, CVE-2026-44211)", () => {
  it.each<[string, (headers: Headers) => Headers]>([
    ["another origin", (headers) => ({ ...headers, origin: "http://evil.example" })],
    ["no origin", ({ origin: _origin, ...headers }) => headers],
    ["another port", (headers) => ({ ...headers, origin: `http://127.0.0.1:${stage.port + 1}` })],
    ["a null origin", (headers) => ({ ...headers, origin: "null" })],
  ])("with %s opens none, types nothing and closes none", async (_name, change) => {
    const id = await opened();
    const headers = change(ownPage(stage));
    const path = `POST /api/v1/runs/${run}/terminals`;
    expect((await stage.ask(path, headers, SIZE))?.status).toBe(403);
    expect((await typing(id, "evil", headers))?.status).toBe(403);
    expect((await close(id, headers))?.status).toBe(403);
    await close(id);
    expect(await shown(id)).toBe("24x80\n");
  });

  it("cannot type with what a form can send", async () => {
    const id = await opened();
    const form = { ...ownPage(stage), "content-type": "text/plain" };
    expect((await typing(id, "evil", form))?.status).toBe(415);
    await close(id);
  });

  it("there is no way up to another protocol", async () => {
    const id = await opened();
    const upgrade = { ...ownPage(stage), connection: "Upgrade", upgrade: "websocket" };
    expect((await stage.ask(`GET ${at(id, "/output")}`, upgrade))?.status).toBe(400);
    await close(id);
  });
});

describe("A4: nobody (CVE-2026-28472)", () => {
  it("without a session reads nothing, types nothing and opens none", async () => {
    const id = await opened();
    const nobody = { origin: `http://127.0.0.1:${stage.port}`, "content-type": "application/json" };
    expect((await typing(id, "x", nobody))?.status).toBe(401);
    expect((await stage.ask(`GET ${at(id, "/output")}`, nobody))?.status).toBe(401);
    const path = `POST /api/v1/runs/${run}/terminals`;
    expect((await stage.ask(path, nobody, SIZE))?.status).toBe(401);
    await close(id);
  });
});

describe("A11: what is taken back ends at once (CVE-2026-34503)", () => {
  it("a terminal ends with the token that opened it, and so does who reads it", async () => {
    const made = await stage.own("/tokens", { name: "short" });
    const headers = {
      authorization: `Bearer ${String(made["token"])}`,
      "content-type": "application/json",
    };
    const id = await opened(headers);
    const asked = request({ port: stage.port, path: at(id, "/output"), headers });
    asked.end();
    const [response] = await once(asked, "response");
    const over = new Promise((resolve) => response.resume().once("close", resolve));
    const path = `/api/v1/tokens/${String(made["id"])}`;
    await rawRequest(stage.server.socketPath, path, { method: "DELETE" });
    await over;
    await expect
      .poll(() => stage.engine.terminals.list(run).find((one) => one.id === id)?.ended)
      .toMatchObject({ reason: "left" });
  });
});

/** Asks for one, and is gone by `leave` before the fence lets it begin. */
const openedFor = async (
  headers: Readonly<Record<string, string>>,
  leave: (asked: ClientRequest) => Promise<unknown>,
) => {
  const { promise: proved, resolve: prove } = Promise.withResolvers<void>();
  const { fence, terminals } = stage.engine;
  const of = await startedRun();
  fence.proved = proved;
  const askedBefore = fence.asked;
  const path = `/api/v1/runs/${of}/terminals`;
  const asked = request({ port: stage.port, path, method: "POST", headers });
  const over = new Promise((resolve) => asked.once("close", resolve));
  asked.on("error", () => undefined).end(SIZE);
  await expect.poll(() => fence.asked).toBe(askedBefore + 1);
  await leave(asked);
  await over;
  prove();
  fence.proved = Promise.resolve();
  await expect.poll(() => terminals.list(of)).toHaveLength(1);
  return { ended: () => terminals.list(of)[0]?.ended };
};

describe("A11: whoever is gone before their terminal is open", () => {
  it("has none once the token is taken back", async () => {
    const { token, id } = await stage.own("/tokens", { name: "short" });
    const headers = {
      authorization: `Bearer ${String(token)}`,
      "content-type": "application/json",
    };
    const { ended } = await openedFor(headers, () =>
      rawRequest(stage.server.socketPath, `/api/v1/tokens/${String(id)}`, { method: "DELETE" }),
    );
    await expect.poll(ended).toMatchObject({ reason: "left" });
  });

  it("has none once the connection is broken off: nobody would know its name", async () => {
    const { cookie } = stage;
    const origin = `http://127.0.0.1:${stage.port}`;
    const headers = {
      cookie,
      origin,
      host: origin.slice("http://".length),
      "content-type": "application/json",
    };
    const { ended } = await openedFor(headers, async (asked) => asked.destroy());
    await expect.poll(ended).toMatchObject({ reason: "left" });
  });
});

describe("A12: a terminal of another task", () => {
  it("is not reached by its name under this one", async () => {
    const other = await startedRun();
    const id = await opened(ownPage(stage), other);
    expect((await typing(id, "x"))?.status).toBe(404);
    expect((await stage.ask(`GET ${at(id, "/output")}`, ownPage(stage)))?.status).toBe(404);
    expect((await close(id))?.status).toBe(404);
    await stage.ask(`DELETE /api/v1/runs/${other}/terminals/${id}`, ownPage(stage));
  });

  it.each(["t-zzzzzz", "..%2f..%2ft", "t-abcdef%00", "__proto__"])(
    "a name that is none, %s, is not found",
    async (name) => expect((await typing(name, "x"))?.status).toBe(404),
  );
});

describe("A13: too much (CVE-2026-100558)", () => {
  it("a task has four open at once, and no more", async () => {
    const ids = [await opened(), await opened(), await opened(), await opened()];
    const path = `POST /api/v1/runs/${run}/terminals`;
    expect((await stage.ask(path, ownPage(stage), SIZE))?.status).toBe(429);
    for (const id of ids) await close(id);
    await close(await opened());
  });

  it.each([
    '{"rows":0,"columns":80}',
    '{"rows":24,"columns":100000}',
    '{"rows":"24; reboot","columns":80}',
    '{"rows":1e3,"columns":1.5}',
    "[]",
  ])("a size such as %s is none", async (size) => {
    const path = `POST /api/v1/runs/${run}/terminals`;
    expect((await stage.ask(path, ownPage(stage), size))?.status).toBe(400);
  });

  it("an input is short, and one that is not taken is said not to be", async () => {
    const id = await opened();
    expect((await typing(id, "x".repeat(16_385)))?.status).toBe(400);
    expect((await typing(id, ""))?.status).toBe(400);
    expect((await typing(id, "full"))?.status).toBe(429);
    await close(id);
    expect((await typing(id, "x"))?.status).toBe(409);
  });
});

describe("A20: what a terminal shows (CVE-2003-0063)", () => {
  it("is told as base64 in a stream of data, however it looks", async () => {
    const id = await opened();
    await typing(id, "\u001B]52;c;ZXZpbA==\u0007\n\nevent: ended\ndata: {}\n\n<script>");
    await close(id);
    const answer = await stage.ask(`GET ${at(id, "/output")}`, ownPage(stage));
    expect(answer?.headers["content-type"]).toContain("text/event-stream");
    expect(answer?.headers["content-security-policy"]).toContain("sandbox");
    expect(answer?.body).not.toContain("<script>");
    expect(answer?.body.match(/^event: ended$/gmu)).toHaveLength(1);
  });
});
