/** Requests of a size or a shape that no honest program sends; paths and names that reach for more. */
import { connect } from "node:net";
import { once } from "node:events";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, ownPage, PAGE, type Stage } from "./stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => stage[Symbol.asyncDispose]());

const isAlive = async (): Promise<boolean> =>
  (await stage.ask("GET /api/v1/health", ownPage(stage)))?.status === 200;

describe("A13: more than a server can hold (CVE-2026-100558)", () => {
  it("a body over the limit is refused while it comes", async () => {
    const body = JSON.stringify({ path: "/repo", text: "x".repeat(2 * 1024 * 1024) });
    const answer = await stage.ask("POST /api/v1/runs", ownPage(stage), body);
    expect(answer?.status).toBe(413);
    expect(await isAlive()).toBe(true);
  });

  it("very many and very large headers are refused", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 5000 }, (_none, index) => [`x-${index}`, "1"]),
    );
    expect(
      (await stage.ask("GET /api/v1/health", { ...ownPage(stage), ...many }))?.status,
    ).not.toBe(200);
    const hidden = Object.fromEntries(
      Array.from({ length: 120 }, (_none, index) => [`x-${index}`, "1"]),
    );
    expect((await stage.ask("GET /api/v1/health", { ...ownPage(stage), ...hidden }))?.status).toBe(
      431,
    );
    const large = { ...ownPage(stage), "x-large": "x".repeat(64 * 1024) };
    expect((await stage.ask("GET /api/v1/health", large))?.status).toBe(431);
    expect(await isAlive()).toBe(true);
  });

  it("deep JSON, keys of prototypes and packed bodies are answered, not obeyed", async () => {
    const deep = `{"path":"/repo","text":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
    expect((await stage.ask("POST /api/v1/runs", ownPage(stage), deep))?.status).toBe(400);
    const keys = '{"name":"a","__proto__":{"days":90},"constructor":{"prototype":{"x":1}}}';
    expect((await stage.ask("POST /api/v1/tokens", ownPage(stage), keys))?.status).toBe(400);
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
    const packed = gzipSync("{}").toString("latin1");
    const headers = { ...ownPage(stage), "content-encoding": "gzip" };
    expect((await stage.ask("POST /api/v1/tokens", headers, packed))?.status).toBe(400);
  });

  it("connections that say nothing do not keep others out", async () => {
    const idle = Array.from({ length: 100 }, () => connect(stage.port, "127.0.0.1"));
    await Promise.all(idle.map((socket) => once(socket, "connect")));
    for (const socket of idle) socket.on("error", () => undefined).write("GET / HTTP/1.1\r\nx: ");
    expect(await isAlive()).toBe(true);
    for (const socket of idle) socket.destroy();
  });

  it("one browser holds a bounded number of streams", async () => {
    const head = `GET /api/v1/events HTTP/1.1\r\nhost: 127.0.0.1:${stage.port}\r\ncookie: ${stage.cookie}\r\n\r\n`;
    const sockets = Array.from({ length: 64 }, () => connect(stage.port, "127.0.0.1"));
    const answers = await Promise.all(
      sockets.map(async (socket) => {
        socket.on("error", () => undefined).write(head);
        const [data] = await once(socket, "data");
        return Number(/^HTTP\/1\.1 (\d+)/u.exec(String(data))?.[1]);
      }),
    );
    expect(new Set(answers)).toEqual(new Set([200]));
    expect((await stage.ask("GET /api/v1/health", ownPage(stage)))?.status).toBe(429);
    const closed = sockets.map((socket) => once(socket, "close"));
    for (const socket of sockets) socket.destroy();
    await Promise.all(closed);
    await expect.poll(isAlive).toBe(true);
  });
});

describe("A14: requests that two readers read differently (CVE-2024-27982)", () => {
  it("control: a path and one length are read one way", async () => {
    expect((await stage.ask("GET /api/v1/runs", ownPage(stage)))?.status).toBe(200);
    const body = JSON.stringify({ name: "plain" });
    expect((await stage.ask("POST /api/v1/tokens", ownPage(stage), body))?.status).toBe(201);
  });

  it.each([
    ["an absolute target", "GET http://evil.example/api/v1/runs"],
    ["a target without a path", "GET *"],
    ["a target of another authority", "GET //evil.example/api/v1/runs"],
  ])("%s is refused", async (_name, line) => {
    expect((await stage.ask(line, ownPage(stage)))?.status).toBe(400);
  });

  it("two lengths, a length beside chunks, and line ends in a header are refused", async () => {
    const two = { ...ownPage(stage), "content-length": ["2", "3"] };
    expect((await stage.ask("POST /api/v1/tokens", two))?.status).toBe(400);
    const both = { ...ownPage(stage), "transfer-encoding": "chunked", "content-length": "2" };
    expect((await stage.ask("POST /api/v1/tokens", both))?.status).toBe(400);
    const split = await stage.send(
      `GET /api/v1/runs HTTP/1.1\nhost: 127.0.0.1:${stage.port}\r\r\ncookie: ${stage.cookie}\r\n\r\n`,
    );
    expect(split?.status).not.toBe(200);
  });
});

describe("A15: files outside the command center (CVE-2026-27735)", () => {
  it("control: its own files are served", async () => {
    expect((await stage.ask("GET /assets/a.js"))?.body).toBe("export {};\n");
    expect((await stage.ask("GET /runs/r-abc/diff"))?.body).toBe(PAGE);
  });

  it.each([
    "/../secret.txt",
    "/assets/../../secret.txt",
    "/%2e%2e/secret.txt",
    "/assets/%2e%2e%2f%2e%2e%2fsecret.txt",
    "/assets/%252e%252e%252fsecret.txt",
    "/assets/..%5c..%5csecret.txt",
    "/assets/a.js%00.txt",
    "//etc/passwd.txt",
    "/proc/self/environ.txt",
    "/.vite/manifest.json",
    "/assets/%zz.js",
  ])("%s is not", async (path) => {
    const answer = await stage.ask(`GET ${path}`);
    expect(answer?.body).not.toContain("secret\n");
    expect([400, 404]).toContain(answer?.status);
  });

  it("a link is not followed, whether it leads out or not", async () => {
    symlinkSync(join(stage.folder, "secret.txt"), join(stage.folder, "web/assets/link.txt"));
    symlinkSync(join(stage.folder, "web/index.html"), join(stage.folder, "web/assets/inside.txt"));
    expect((await stage.ask("GET /assets/link.txt"))?.status).toBe(404);
    expect((await stage.ask("GET /assets/inside.txt"))?.status).toBe(404);
  });
});

describe("A16: names that are more than names (CVE-2026-44244)", () => {
  it("control: a run is found by its name", async () => {
    const body = JSON.stringify({ path: "/repo", text: "Find me" });
    const { run } = JSON.parse(
      (await stage.ask("POST /api/v1/runs", ownPage(stage), body))?.body ?? "{}",
    );
    expect((await stage.ask(`GET /api/v1/runs/${run}`, ownPage(stage)))?.status).toBe(200);
  });

  it.each([
    "--upload-pack=x",
    "..",
    "a%0ab",
    "$(id)",
    "%2e%2e%2f",
    "r-%00",
    "ｒ-abcdef",
    "x".repeat(4096),
  ])("%s is no run, artifact, session or blob", async (name) => {
    const word = encodeURI(decodeURI(name));
    for (const path of [
      `runs/${word}`,
      `runs/${word}/diff`,
      `blobs/${word}`,
      `sessions/${word}/transcript`,
    ]) {
      const answer = await stage.ask(`GET /api/v1/${path}`, ownPage(stage));
      expect([400, 404]).toContain(answer?.status);
    }
  });
});

describe("A18, A20: what a browser is told of each answer (CVE-2026-22813)", () => {
  it.each([
    ["GET /", "script-src 'self';"],
    ["GET /assets/a.js", "script-src 'self';"],
    ["GET /%zz", "script-src 'self';"],
    ["GET /api/v1/runs", "sandbox;"],
    ["GET /api/v1/nothing", "sandbox;"],
  ])("%s is framed by nobody and runs no script but the listener's own", async (line, rule) => {
    const answer = await stage.ask(line, ownPage(stage));
    const policy = answer?.headers["content-security-policy"] ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(rule);
    expect(policy).not.toContain("'unsafe-eval'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(answer?.headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
    });
  });

  it("what an agent made is never answered as a page", async () => {
    const page = "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    const started = await stage.ask(
      "POST /api/v1/runs",
      ownPage(stage),
      JSON.stringify({ path: "/repo", text: page }),
    );
    const { run } = JSON.parse(started?.body ?? "{}");
    stage.engine.artifacts.set(`${run} page.svg`, page);
    const artifact = await stage.ask(`GET /api/v1/runs/${run}/artifacts/page.svg`, ownPage(stage));
    expect(artifact).toMatchObject({ status: 200, body: page });
    expect(artifact?.headers["content-type"]).toBe("text/plain; charset=utf-8");
    const view = await stage.ask(`GET /api/v1/runs/${run}`, ownPage(stage));
    expect(view?.headers["content-type"]).toBe("application/json");
    const missing = await stage.ask(`GET /api/v1/runs/<script>alert(1)</script>`, ownPage(stage));
    expect(missing?.headers["content-type"]).toBe("application/problem+json");
    const blob = await stage.ask(`GET /api/v1/blobs/${"0".repeat(64)}`, ownPage(stage));
    expect(blob?.headers["content-type"]).not.toContain("html");
  });
});
