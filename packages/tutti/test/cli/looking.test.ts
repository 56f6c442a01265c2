import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AuditPage, ConflictsView, Fleet, RunId, SearchResult } from "@tutti/protocol";
import { openHarness, type Harness } from "./harness.ts";

let h: Harness;

beforeEach(async () => {
  h = await openHarness();
});

afterEach(async () => {
  await h[Symbol.asyncDispose]();
});

const started = async (text: string): Promise<RunId> => {
  const { out } = await h.tutti(["run", text, "--json"]);
  return RunId.parse(JSON.parse(out).run);
};

describe("tutti search", () => {
  it("lists what has every word, with the run that it is of, and says when nothing has", async () => {
    const run = await started("Fix the parser of ports");
    await started("Another thing");
    const { out } = await h.tutti(["search", "ports", "parser"]);
    expect(out.split("\n")[0]).toBe(`${run}  run  Fix the parser of ports`);
    expect(out).not.toContain("Another");
    const none = await h.tutti(["search", "moon"]);
    expect([none.code, none.out]).toEqual([0, ""]);
    expect(none.err).toContain("Nothing has every one of these words.");
  });

  it("prints the answer for a program, cut where it is told to", async () => {
    await started("Fix one");
    await started("Fix two");
    const { out } = await h.tutti(["search", "fix", "--limit", "1", "--json"]);
    const result = SearchResult.parse(JSON.parse(out));
    expect([result.items.length, result.isCut]).toEqual([1, true]);
    expect((await h.tutti(["search", "fix", "--limit", "101"])).code).toBe(2);
  });

  it("shows text of agents without what steers a terminal", async () => {
    await started("Fix \u001B]0;owned\u0007 it");
    const { out } = await h.tutti(["search", "fix"], { isTerminal: true });
    expect(out).not.toContain("\u001B]0;");
  });
});

describe("tutti audit", () => {
  it("says who did what, newest first, of people alone, of one run, page by page", async () => {
    const run = await started("Fix it");
    await h.tutti(["pause", run, "-m", "lunch"]);
    const other = await started("Another");
    const people = await h.tutti(["audit", "--actor", "person"]);
    const lines = people.out.trimEnd().split("\n");
    expect(lines.map((line) => line.split(/\s{2,}/u).slice(1, 4))).toEqual([
      [other, expect.any(String), "run.started"],
      [run, expect.any(String), "run.paused"],
      [run, expect.any(String), "run.started"],
    ]);
    expect(lines[1]).toContain("lunch");
    const first = await h.tutti(["audit", run, "--limit", "1"]);
    const [, cursor = ""] = /--cursor (\S+)`/u.exec(first.err) ?? [];
    const rest = await h.tutti(["audit", run, "--cursor", cursor, "--json"]);
    const page = AuditPage.parse(JSON.parse(rest.out));
    expect(page.next).toBeNull();
    expect(page.items.every((line) => line.run === run)).toBe(true);
    expect(page.items.map(({ did }) => did)).toContain("run.started");
    expect(page.items.map(({ did }) => did)).not.toContain("run.paused");
  });

  it("refuses whom it does not know, and a cursor that no page gave", async () => {
    expect((await h.tutti(["audit", "--actor", "moon"])).code).toBe(2);
    expect((await h.tutti(["audit", "--cursor", "moon"])).code).toBe(2);
  });
});

describe("tutti tasks", () => {
  it("goes on after a page where that ended", async () => {
    for (const text of ["One", "Two", "Three"]) await started(text);
    const first = await h.tutti(["tasks", "--limit", "2"]);
    const [, cursor = ""] = /--cursor (\S+)`/u.exec(first.err) ?? [];
    const rest = await h.tutti(["tasks", "--limit", "2", "--cursor", cursor]);
    expect(first.out).toContain("Three");
    expect(rest.out).toContain("One");
    expect(rest.out).not.toContain("Two");
    expect(rest.err).not.toContain("--cursor");
  });
});

describe("a change, looked at closely", () => {
  it("has the conflicts that a merge would meet", async () => {
    const run = await started("Fix it");
    const { out } = await h.tutti(["conflicts", run]);
    expect(out).toBe("▲ 2222222 into main, at 3333333: 1 in conflict.\n  a\n");
    const { out: json } = await h.tutti(["conflicts", run, "--json"]);
    expect(ConflictsView.parse(JSON.parse(json)).paths).toEqual(["a"]);
  });

  it("tells of each line which checkpoint brought it, as far as that is known", async () => {
    const run = await started("Fix it");
    const { out } = await h.tutti(["blame", run, "a"]);
    expect(out).toBe("1  2222222  by no checkpoint that is known\n");
    expect((await h.tutti(["blame", run])).code).toBe(2);
  });

  it("has stored bytes by their hash", async () => {
    const run = await started("Fix it");
    expect((await h.tutti(["show", run, "--blob", "a".repeat(64)])).out).toBe("bytes\n");
    expect((await h.tutti(["show", run, "--blob", "b".repeat(64)])).code).toBe(2);
  });
});

describe("tutti fleet and tutti projects", () => {
  it("say that there is nothing, and list what there is", async () => {
    expect((await h.tutti(["projects"])).err).toContain("No project has runs yet.");
    expect((await h.tutti(["fleet"])).err).toContain("No agent works.");
    await started("Fix it");
    expect((await h.tutti(["projects"])).out).toMatch(/^project {2}1 run, 1 open {2}\//u);
    const { out } = await h.tutti(["fleet", "--json"]);
    expect(Fleet.parse(JSON.parse(out)).items).toEqual([]);
  });
});
