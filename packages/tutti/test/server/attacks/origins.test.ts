/** Pages of other sites, and names that were made to resolve to this machine. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, ownPage, type Stage } from "./stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => stage[Symbol.asyncDispose]());

const TOKEN = JSON.stringify({ name: "planted" });

it("control: the listener's own page reads and changes things", async () => {
  expect(await stage.ask("GET /api/v1/runs", ownPage(stage))).toMatchObject({ status: 200 });
  const made = await stage.ask("POST /api/v1/tokens", ownPage(stage), TOKEN);
  expect(made).toMatchObject({ status: 201 });
});

describe("A1, A2: a name that was rebound to this machine (GHSA-x4q8-2g66-789p, CVE-2025-66414)", () => {
  it.each([
    "evil.example",
    "evil.example:PORT",
    "127.0.0.1",
    "127.0.0.1:1",
    "127.0.0.1.evil.example:PORT",
    "127.0.0.1.:PORT",
    "localhost.:PORT",
    "LOCALHOST:PORT",
    "user@127.0.0.1:PORT",
    "[::1]:PORT",
    "0.0.0.0:PORT",
    "2130706433:PORT",
    "127.1:PORT",
    "",
  ])("host %j is misdirected", async (host) => {
    const answer = await stage.ask("GET /api/v1/runs", {
      cookie: stage.cookie,
      host: host.replace("PORT", String(stage.port)),
    });
    expect(answer?.status).toBe(421);
  });

  it("two hosts, or none, are refused", async () => {
    const host = `127.0.0.1:${stage.port}`;
    const two = await stage.ask("GET /api/v1/runs", { cookie: stage.cookie, host: [host, host] });
    expect([400, 421]).toContain(two?.status);
    expect((await stage.send("GET /api/v1/runs HTTP/1.0\r\n\r\n"))?.status).toBe(421);
  });
});

describe("A2: the names that are its own", () => {
  it.each(["127.0.0.1:PORT", "localhost:PORT"])("control: host %s is answered", async (name) => {
    const host = name.replace("PORT", String(stage.port));
    const answer = await stage.ask("GET /api/v1/runs", { cookie: stage.cookie, host });
    expect(answer?.status).toBe(200);
  });
});

describe("A3, A6, A17: requests of another site's page (CVE-2026-22812)", () => {
  it.each([
    "http://evil.example",
    "null",
    "http://127.0.0.1:1",
    "https://127.0.0.1:PORT",
    "http://localhost:PORT",
    "",
  ])("origin %j changes nothing", async (origin) => {
    const answer = await stage.ask(
      "POST /api/v1/tokens",
      { ...ownPage(stage), origin: origin.replace("PORT", String(stage.port)) },
      TOKEN,
    );
    expect(answer?.status).toBe(403);
  });

  it("a request without an origin changes nothing by a cookie", async () => {
    const { origin: _origin, ...headers } = ownPage(stage);
    expect((await stage.ask("POST /api/v1/tokens", headers, TOKEN))?.status).toBe(403);
  });

  it.each(["cross-site", "same-site"])("a %s request reads nothing", async (site) => {
    const headers = { cookie: stage.cookie, "sec-fetch-site": site };
    expect((await stage.ask("GET /api/v1/runs", headers))?.status).toBe(403);
  });

  it("a link on another site leads to the page, and to nothing of the interface", async () => {
    const visit = {
      cookie: stage.cookie,
      "sec-fetch-site": "cross-site",
      "sec-fetch-mode": "navigate",
      "sec-fetch-dest": "document",
    };
    expect((await stage.ask("GET /runs/r-abcdef", visit))?.status).toBe(200);
    expect((await stage.ask("GET /api/v1/runs", visit))?.status).toBe(403);
    const framed = { ...visit, "sec-fetch-dest": "iframe" };
    expect((await stage.ask("GET /", framed))?.status).toBe(403);
  });

  it("a form's body is not taken for JSON, and no header makes a GET a POST", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
      const headers = { ...ownPage(stage), "content-type": type };
      expect((await stage.ask("POST /api/v1/tokens", headers, TOKEN))?.status).toBe(415);
    }
    const before = (await stage.ask("GET /api/v1/tokens", ownPage(stage)))?.body;
    const headers = { ...ownPage(stage), "x-http-method-override": "POST" };
    await stage.ask("GET /api/v1/tokens?_method=POST", headers);
    expect((await stage.ask("GET /api/v1/tokens", ownPage(stage)))?.body).toBe(before);
  });

  it("no answer lets another site read it", async () => {
    const preflight = await stage.ask("OPTIONS /api/v1/runs", {
      origin: "http://evil.example",
      "access-control-request-method": "POST",
    });
    const answer = await stage.ask("GET /api/v1/runs", ownPage(stage));
    for (const { headers } of [preflight, answer].filter((one) => one !== null))
      expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    expect(preflight?.status).toBe(403);
  });
});

describe("A7: another protocol on the same port (CVE-2026-44211, CVE-2026-27148)", () => {
  it.each(["http://evil.example", `http://127.0.0.1:PORT`])(
    "an upgrade from %s is refused",
    async (origin) => {
      const answer = await stage.ask("GET /api/v1/events", {
        ...ownPage(stage),
        origin: origin.replace("PORT", String(stage.port)),
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
      });
      expect(answer?.status).toBe(400);
    },
  );
});

describe("A9: an address from outside (CVE-2026-25253)", () => {
  it("nothing is redirected anywhere, whatever the request names", async () => {
    for (const path of ["/?url=http://evil.example", "/login?next=//evil.example", "/runs/x"]) {
      const answer = await stage.ask(`GET ${path}`, { "sec-fetch-mode": "navigate" });
      expect(answer?.status).toBe(200);
      expect(answer?.headers["location"]).toBeUndefined();
    }
    const started = await stage.ask(
      "POST /api/v1/runs",
      ownPage(stage),
      JSON.stringify({ path: "/repo", text: "Fix it" }),
    );
    expect(started?.headers["location"]).toMatch(/^\/api\/v1\/runs\/r-/u);
  });
});
