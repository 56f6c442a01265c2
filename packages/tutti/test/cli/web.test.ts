/** The command center from the command line. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openHarness, type Harness } from "./harness.ts";
import { openProgram } from "./program.ts";

const SLOW = { timeout: 60_000 };
const LINK = /^http:\/\/127\.0\.0\.1:(\d+)\/#code=[\w-]{43}$/mu;

describe("the command center from the command line", () => {
  let h: Harness;
  beforeEach(async () => {
    h = await openHarness();
  });
  afterEach(() => h[Symbol.asyncDispose]());

  it("is named by `tutti`, without a link for who only reads", async () => {
    expect((await h.tutti([])).out).toContain("The command center: `tutti open`");
    const { url, port } = JSON.parse((await h.tutti(["open", "--json"])).out);
    expect(url).toMatch(LINK);
    const { out } = await h.tutti([]);
    expect(out).toContain(`The command center: http://127.0.0.1:${port} (`);
    expect(out).not.toContain("#code=");
    expect(JSON.parse((await h.tutti(["--json"])).out).web).toEqual({ port, lost: null });
  });

  it("gives a person without a desktop the link", async () => {
    for (const words of [[], ["open"], ["open", "--no-browser"]]) {
      const { out, err, code } = await h.tutti(words, { isTerminal: true });
      expect(code).toBe(0);
      expect(out).toMatch(LINK);
      expect(err).toContain("once, within a minute");
    }
  });

  it("has tokens that are made, listed without themselves, and removed", async () => {
    const made = await h.tutti(["tokens", "create", "status line", "--days", "2"]);
    expect(made.out).toMatch(/^tutti_[\w-]{49}\n$/u);
    const listed = await h.tutti(["tokens", "ls"]);
    expect(listed.out).toMatch(/^t-\w+ {2}until [\d-]+ {2}never used {2}status line\n$/u);
    expect(listed.out).not.toContain(made.out.trim());
    const [id = ""] = listed.out.split(" ");
    expect((await h.tutti(["tokens", "rm", id])).code).toBe(0);
    expect((await h.tutti(["tokens", "rm", id])).code).toBe(2);
    expect(JSON.parse((await h.tutti(["tokens", "ls", "--json"])).out)).toEqual({ tokens: [] });
    expect((await h.tutti(["tokens", "create", "long", "--days", "91"])).code).toBe(2);
  });
});

describe("the listener of a daemon", () => {
  it("is where it was after a restart, and a browser is still signed in", SLOW, async () => {
    await using program = openProgram();
    const first = JSON.parse((await program.tutti(["open", "--json"])).out);
    const origin = `http://127.0.0.1:${first.port}`;
    const code = String(first.url).split("#code=")[1];
    const signedIn = await fetch(`${origin}/api/v1/session`, {
      method: "POST",
      headers: { origin, "content-type": "application/json" },
      body: JSON.stringify({ code }),
    });
    const cookie = signedIn.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    await program.tutti(["stop"]);
    await expect(fetch(origin)).rejects.toThrow("fetch failed");
    await program.tutti(["tasks"]);
    const session = await fetch(`${origin}/api/v1/session`, { headers: { cookie } });
    expect(await session.json()).toMatchObject({ via: "session" });
  });

  it("that another program took the port of is logged, told, and elsewhere", SLOW, async () => {
    await using program = openProgram();
    const { port } = JSON.parse((await program.tutti(["open", "--json"])).out);
    await program.tutti(["stop"]);
    const other = createServer().listen(port, "127.0.0.1");
    await once(other, "listening");
    try {
      const home = await program.tutti([]);
      expect(home.err).toContain(`took the command center's port ${port}: it is closed now`);
      const opened = await program.tutti(["open"]);
      const [, now] = LINK.exec(opened.out) ?? [];
      expect(now).not.toBe(String(port));
      expect(opened.err).toContain(`port ${port}: it is at http://127.0.0.1:${now} now`);
      const log = readFileSync(join(program.folder, "data/state/daemon.log"), "utf8");
      expect(log).toMatch(new RegExp(`"port":${port},.*"web\\.not-reopened"`, "u"));
    } finally {
      other.close();
    }
  });

  it("is closed until a link is asked for, and then where `--port` said", SLOW, async () => {
    await using program = openProgram();
    const other = JSON.parse((await program.tutti(["open", "--json"])).out);
    await program.tutti(["stop"]);
    await using served = openProgram();
    const daemon = served.start(["serve", "--port", String(other.port)]);
    await once(daemon.stdout ?? daemon, "data");
    expect(JSON.parse((await served.tutti(["--json"])).out).web).toEqual({
      port: null,
      lost: null,
    });
    const link = JSON.parse((await served.tutti(["open", "--json"])).out);
    expect(link.port).toBe(other.port);
  });

  it("A5: is never where others reach it (CVE-2026-53975)", SLOW, async () => {
    await using program = openProgram();
    for (const words of [["serve"], ["tasks"]]) {
      const refused = await program.tutti(words, { TUTTI_HOST: "0.0.0.0" });
      expect(refused).toMatchObject({ code: 4, out: "" });
      expect(refused.err).toContain("needs TLS and users");
    }
    expect((await program.tutti(["serve", "--port", "http"])).code).toBe(2);
    expect(program.daemons()).toEqual([]);
  });
});
