/** The same attacks on every route there is, so that a new one is never without its guard. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PREFIX, routes } from "./routes.ts";
import { openStage, ownPage, type Headers, type Stage } from "./stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => stage[Symbol.asyncDispose]());

const SAMPLES: Readonly<Record<string, string>> = {
  ":run": "r-abcdef",
  ":hash": "0".repeat(64),
  ":session": "r-abcdef/author/1",
  ":terminal": "t-abcdef",
};
const LINES = routes().map(({ method, path }) => {
  const real = path.replace(/:\w+/gu, (name) => encodeURIComponent(SAMPLES[name] ?? "spec.md"));
  return `${method} ${PREFIX}${real}`;
});
const CHANGING = LINES.filter((line) => !line.startsWith("GET"));
const SIGN_IN = `POST ${PREFIX}/session`;

const without = (headers: Headers, name: string): Headers =>
  Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));

/** Routes that answered otherwise than they must. */
const others = async (lines: readonly string[], status: number, headers: Headers) => {
  const answers = await Promise.all(
    lines.map(async (line) => ({ line, status: (await stage.ask(line, headers))?.status })),
  );
  return answers.filter((answer) => answer.status !== status);
};

describe("every route", () => {
  it("control: is many, some of them read, and they answer a page of the listener", async () => {
    expect(CHANGING.length).toBeGreaterThan(10);
    expect(LINES.length - CHANGING.length).toBeGreaterThan(15);
    const line = `GET ${PREFIX}/runs`;
    expect(LINES).toContain(line);
    expect(await others([line], 200, ownPage(stage))).toEqual([]);
  });

  it("A1 answers to no other name (GHSA-x4q8-2g66-789p)", async () => {
    const rebound = { ...ownPage(stage), host: `evil.example:${stage.port}` };
    expect(await others(LINES, 421, rebound)).toEqual([]);
  });

  it("A4 asks who it is, but the one that signs in (CVE-2026-22812)", async () => {
    const asked = LINES.filter((line) => line !== SIGN_IN);
    expect(LINES.length - asked.length).toBe(1);
    expect(await others(asked, 401, without(ownPage(stage), "cookie"))).toEqual([]);
    const spent = { authorization: `Bearer tutti_${"a".repeat(49)}` };
    expect(await others(asked, 401, spent)).toEqual([]);
  });

  it("A3, A17 serves no page of another site, reading or changing (CVE-2026-22812)", async () => {
    const foreign = { ...ownPage(stage), origin: "http://evil.example" };
    expect(await others(LINES, 403, foreign)).toEqual([]);
    for (const site of ["cross-site", "same-site"]) {
      const headers = { ...ownPage(stage), "sec-fetch-site": site };
      expect(await others(LINES, 403, headers)).toEqual([]);
    }
    expect(await others(CHANGING, 403, without(ownPage(stage), "origin"))).toEqual([]);
  });

  it("A7 becomes no other protocol (CVE-2026-44211, CVE-2026-109330)", async () => {
    const upgrade = { ...ownPage(stage), connection: "Upgrade", upgrade: "websocket" };
    expect(await others(LINES, 400, upgrade)).toEqual([]);
  });

  it("A14 takes no target of another host", async () => {
    const absolute = LINES.map((line) => line.replace(" ", " http://evil.example"));
    expect(await others(absolute, 400, ownPage(stage))).toEqual([]);
  });

  it("A4 takes no token in its address", async () => {
    const planted = LINES.map((line) => `${line}?key=${stage.token}`);
    expect(await others(planted, 400, ownPage(stage))).toEqual([]);
  });
});
