/** Who may use the listener, and how that ends. */
import { readFileSync, statSync } from "node:fs";
import { request } from "node:http";
import { userInfo } from "node:os";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { RunId } from "@tutti/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { webPort } from "../../../src/server/web/address.ts";
import { openAccess } from "../../../src/server/web/access.ts";
import { rawRequest } from "../raw-request.ts";
import { openStage, ownPage, type Stage } from "./stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => stage[Symbol.asyncDispose]());

const asBearer = (token: string) => ({ authorization: `Bearer ${token}` });
const statusWith = async (headers: Readonly<Record<string, string>>) =>
  (await stage.ask("GET /api/v1/runs", headers))?.status;

describe("A4: tokens that are none (CVE-2026-28472)", () => {
  it("control: the token itself is taken", async () => {
    expect(await statusWith(asBearer(stage.token))).toBe(200);
  });

  it.each<[string, (token: string) => string]>([
    ["an empty one", () => ""],
    ["one that is cut off", (token) => token.slice(0, -1)],
    ["its beginning", (token) => token.slice(0, 20)],
    ["one with more behind it", (token) => `${token}0`],
    ["another one of its shape", () => `tutti_${"a".repeat(43)}000000`],
    ["two", (token) => `${token},${token}`],
    ["a very long one", () => "a".repeat(12_000)],
  ])("%s is refused", async (_name, change) => {
    expect(await statusWith(asBearer(change(stage.token)))).toBe(401);
  });

  it("nothing, another scheme and a header of another name are refused", async () => {
    expect(await statusWith({})).toBe(401);
    expect(await statusWith({ authorization: stage.token })).toBe(401);
    expect(await statusWith({ authorization: `Basic ${btoa(`x:${stage.token}`)}` })).toBe(401);
    expect(await statusWith({ "x-api-key": stage.token })).toBe(401);
  });

  it("a session's cookie is no token, and two cookies of its name are none", async () => {
    const secret = stage.cookie.split("=")[1] ?? "";
    expect(await statusWith(asBearer(secret))).toBe(401);
    expect(await statusWith({ cookie: `${stage.cookie}; ${stage.cookie}` })).toBe(401);
  });

  it("a token in an address is refused, and so kept in no history", async () => {
    const answer = await stage.ask(`GET /api/v1/runs?token=${stage.token}`, asBearer(stage.token));
    expect(answer?.status).toBe(400);
    const hidden = `GET /api/v1/search?q=a%20${stage.token}b`;
    expect((await stage.ask(hidden, asBearer(stage.token)))?.status).toBe(400);
  });

  it.each(["tutti_plugin.py", `tutti_${"a".repeat(60)}`, "src/tutti_/tutti_.ts"])(
    "a name that only begins like one, %s, is looked for like any other",
    async (name) => {
      const path = `GET /api/v1/search?q=${encodeURIComponent(name)}`;
      expect((await stage.ask(path, asBearer(stage.token)))?.status).toBe(200);
    },
  );
});

describe("A5: a listener that others can reach (CVE-2026-53975)", () => {
  it("is on the loopback address alone, and asks everybody who they are", async () => {
    const hex = stage.port.toString(16).toUpperCase().padStart(4, "0");
    const bound = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) =>
      readFileSync(file, "utf8")
        .split("\n")
        .map((line) => line.trim().split(/\s+/u))
        .filter(([, local = "", , state]) => local.endsWith(`:${hex}`) && state === "0A")
        .map(([, local = ""]) => local.split(":")[0]),
    );
    expect(bound).toEqual(["0100007F"]);
    expect(await statusWith({})).toBe(401);
  });

  it.each(["0.0.0.0", "::", "*", "192.168.1.7", "evil.example", "127.0.0.1.evil.example"])(
    "a daemon that is to listen on %s refuses to start",
    (host) => {
      expect(() => webPort({ TUTTI_HOST: host })).toThrow(
        expect.objectContaining({ code: "web.public" }),
      );
      expect(webPort({ TUTTI_HOST: "127.0.0.1", TUTTI_PORT: "4811" })).toBe(4811);
    },
  );
});

describe("A10: headers of a proxy that is not there (CVE-2026-29613, CVE-2026-32045)", () => {
  it("control: they change nothing for somebody who is known", async () => {
    const headers = { "x-forwarded-for": "10.0.0.1", forwarded: "for=10.0.0.1" };
    expect(await statusWith({ ...headers, ...asBearer(stage.token) })).toBe(200);
  });

  it.each([
    { "x-forwarded-for": "127.0.0.1" },
    { "x-real-ip": "127.0.0.1" },
    { forwarded: "for=127.0.0.1;host=127.0.0.1" },
    { "x-forwarded-user": "root" },
    { "remote-user": "root" },
  ])("%j makes nobody known", async (headers) => {
    expect(await statusWith(headers)).toBe(401);
  });

  it("a forwarded host is no host", async () => {
    const headers = { host: "evil.example", "x-forwarded-host": `127.0.0.1:${stage.port}` };
    expect(await statusWith({ ...headers, ...asBearer(stage.token) })).toBe(421);
  });
});

describe("A11: what is taken back ends at once (CVE-2026-34503, CVE-2026-43585)", () => {
  it("a removed token's stream ends, and it opens no other", async () => {
    const made = await stage.own("/tokens", { name: "short" });
    const headers = asBearer(String(made["token"]));
    const asked = request({ port: stage.port, path: "/api/v1/events", headers });
    asked.end();
    const [response] = await once(asked, "response");
    expect(response.statusCode).toBe(200);
    const ended = new Promise((resolve) => response.resume().once("error", resolve));
    const path = `/api/v1/tokens/${String(made["id"])}`;
    await rawRequest(stage.server.socketPath, path, { method: "DELETE" });
    await ended;
    expect(await statusWith(headers)).toBe(401);
  });

  it("a token makes no token that would outlive it", async () => {
    const headers = { ...asBearer(stage.token), "content-type": "application/json" };
    const body = JSON.stringify({ name: "heir" });
    expect((await stage.ask("POST /api/v1/tokens", headers, body))?.status).toBe(403);
    const own = await stage.ask("POST /api/v1/tokens", ownPage(stage), body);
    expect(own?.status).toBe(201);
  });

  it("signing out ends the session, also where nobody waits for the answer", async () => {
    await using fresh = await openStage();
    const headers = Object.entries({ host: `127.0.0.1:${fresh.port}`, ...ownPage(fresh) });
    const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    const socket = connect(fresh.port, "127.0.0.1");
    // Answers of one connection come in their order, and the first of these never ends.
    for (const asked of ["GET /api/v1/events", "DELETE /api/v1/session"])
      socket.write(`${asked} HTTP/1.1\r\n${head}\r\n`);
    await once(socket, "data");
    socket.destroy();
    await expect
      .poll(async () => (await fresh.ask("GET /api/v1/health", ownPage(fresh)))?.status)
      .toBe(401);
  });

  it("a session that was signed out is over", async () => {
    await using fresh = await openStage();
    const out = await fresh.ask("DELETE /api/v1/session", ownPage(fresh));
    expect(out?.status).toBe(200);
    expect(out?.headers["set-cookie"]).toContain("Max-Age=0");
    expect((await fresh.ask("GET /api/v1/runs", ownPage(fresh)))?.status).toBe(401);
  });
});

describe("A17: the record of who did it", () => {
  it("names the token that a command came with, and whose it is", async () => {
    await using fresh = await openStage();
    const started = await fresh.own("/runs", { path: "/repo", text: "Fix it" });
    const run = RunId.parse(started["run"]);
    fresh.engine.settle(run);
    const [{ subject, step } = { subject: "", step: "" }] = fresh.engine.attention();
    const give = JSON.stringify({ kind: "approval.give", step, subject });
    const headers = { ...asBearer(fresh.token), "content-type": "application/json" };
    const path = `POST /api/v1/runs/${run}/commands`;
    expect((await fresh.ask(path, headers, give))?.status).toBe(200);
    const pause = JSON.stringify({ kind: "run.pause", reason: "lunch" });
    expect((await fresh.ask(path, ownPage(fresh), pause))?.status).toBe(200);
    const id = userInfo().username;
    const token = { id: expect.stringMatching(/^t-/u), name: "test" };
    const done = new Map(fresh.engine.events(0, 500).map((event) => [event.body.type, event]));
    expect(done.get("run.started")?.actor).toEqual({ kind: "person", id });
    expect(done.get("run.paused")?.actor).toEqual({ kind: "person", id });
    expect(done.get("approval.given")).toMatchObject({
      actor: { kind: "person", id, token },
      // Still one person: two approvals of theirs are not two persons'.
      body: { by: id, onBehalf: expect.stringMatching(/^token test \(t-\w+\)$/u) },
    });
  });
});

const newCode = async (): Promise<string> =>
  String((await stage.own("/web/links"))["url"]).split("#code=")[1] ?? "";

const signIn = (code: string, headers = {}) =>
  stage.ask(
    "POST /api/v1/session",
    { ...ownPage(stage), cookie: "", ...headers },
    JSON.stringify({ code }),
  );

describe("A21: the link that signs a browser in", () => {
  it("has its code in the fragment, and works once", async () => {
    const code = await newCode();
    const first = await signIn(code);
    expect(first?.status).toBe(201);
    expect(first?.headers["set-cookie"]).toMatch(/; Path=\/; HttpOnly; SameSite=Strict; Max-Age/u);
    expect((await signIn(code))?.status).toBe(401);
    expect((await signIn("guess"))?.status).toBe(401);
  });

  it("is not for another site's page, and no page can make one", async () => {
    const code = await newCode();
    expect((await signIn(code, { origin: "http://evil.example" }))?.status).toBe(403);
    const asked = await stage.ask("POST /api/v1/web/links", ownPage(stage));
    expect(asked?.status).toBe(400);
  });

  it("is too old after a minute, and a session after eight idle hours or seven days", () => {
    const clock = { now: 1_000_000 };
    const access = openAccess({ file: join(stage.folder, "own.json"), now: () => clock.now });
    const { code } = access.createCode();
    clock.now += 60_000;
    expect(access.exchange(code)).toBeNull();
    const secret = access.exchange(access.createCode().code) ?? "";
    clock.now += 8 * 3_600_000 - 1;
    expect(access.bySession(secret)).not.toBeNull();
    clock.now += 8 * 3_600_000;
    expect(access.bySession(secret)).toBeNull();
    const long = access.exchange(access.createCode().code) ?? "";
    for (let hour = 0; hour < 7 * 24 - 1; hour += 1) {
      clock.now += 3_600_000;
      expect(access.bySession(long)).not.toBeNull();
    }
    clock.now += 3_600_000;
    expect(access.bySession(long)).toBeNull();
  });

  it("that was made or used while the clock was ahead does not outlive the clock's mending", () => {
    const hour = 3_600_000;
    const clock = { now: 1_000 * hour };
    const access = openAccess({ file: join(stage.folder, "ahead.json"), now: () => clock.now });
    const gone: string[] = [];
    access.onGone((id) => gone.push(id));
    const session = () => access.exchange(access.createCode().code) ?? "";
    const [kept, used] = [session(), session()];
    clock.now += 6 * hour;
    const late = session();
    const { code } = access.createCode();
    expect([kept, used, late].map((one) => access.bySession(one) !== null)).toEqual([
      true,
      true,
      true,
    ]);
    // A few minutes are the mending of a clock that runs a little fast.
    clock.now -= 4 * 60_000;
    expect(access.bySession(late)).not.toBeNull();
    clock.now -= 5 * hour;
    expect(access.bySession(late)).toBeNull();
    expect(access.bySession(used)).toBeNull();
    expect(access.exchange(code)).toBeNull();
    access.sweep();
    expect(gone).toHaveLength(3);
    expect(access.bySession(session())).not.toBeNull();
  });

  it("leaves no secret on disk, in a file of this user alone", () => {
    const file = join(stage.folder, "access.json");
    const text = readFileSync(file, "utf8");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(text).not.toContain(stage.token);
    expect(text).not.toContain(stage.cookie.split("=")[1]);
  });
});
