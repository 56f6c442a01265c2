import { FleetRow } from "@tutti/protocol";
import { describe, expect, it } from "vitest";
import { bars, endOf, heard } from "../src/features/fleet/activity.ts";
import { grouped, ordered } from "../src/features/fleet/fleet-order.ts";
import { withSilence } from "../src/features/fleet/fleet-queries.ts";
import { fleetSearch } from "../src/features/fleet/fleet-search.ts";

const row = (session: string, part: Partial<FleetRow> = {}): FleetRow => ({
  ...FleetRow.parse({
    session,
    run: "r-4k2m9x7q1abc",
    step: "build",
    attempt: 1,
    agent: "alto",
    family: "anthropic",
    model: null,
    state: "working",
    silentFrom: null,
    isPaused: false,
    startedAt: 1000,
    lastAt: 60_000,
    total: 5,
    last: null,
    project: { id: "p-sample", path: "/srv/shop" },
    title: "T",
    tokens: 0,
    usd: 0,
  }),
  ...part,
});

const sessions = (rows: readonly FleetRow[]) => rows.map(({ session }) => session);

describe("activity", () => {
  it("counts what was written between two readings in the second of the daemon's time", () => {
    const first = heard(new Map(), [row("a")]);
    const second = heard(first, [row("a", { total: 8, lastAt: 63_000 })]);
    const counts = bars(second.get("a") ?? [], 63_000);
    expect(counts.at(-1)).toBe(3);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3);
  });

  it("is the same thing while nothing is written, whatever the clock says", () => {
    const first = heard(new Map(), [row("a"), row("b")]);
    expect(heard(first, [row("a"), row("b")])).toBe(first);
  });

  it("ends with the newest thing that anybody wrote, and forgets what is older than a minute", () => {
    let history = heard(new Map(), [row("a", { total: 0, lastAt: 1000 })]);
    for (const second of [2, 3, 70])
      history = heard(history, [row("a", { total: second, lastAt: second * 1000 })]);
    const rows = [row("a", { lastAt: 70_000 }), row("b", { lastAt: null })];
    expect(endOf(rows)).toBe(70_000);
    expect(history.get("a")).toEqual([
      { at: 3000, total: 3 },
      { at: 70_000, total: 70 },
    ]);
    expect(bars(history.get("a") ?? [], 70_000).at(-1)).toBe(67);
  });

  it("forgets a session that has ended", () => {
    const first = heard(new Map(), [row("a"), row("b")]);
    expect([...heard(first, [row("b")]).keys()]).toEqual(["b"]);
  });
});

describe("the order of the fleet", () => {
  const rows = [
    row("w", { tokens: 5 }),
    row("q", { state: "queued", tokens: 9 }),
    row("p", { state: "waiting", tokens: 1, project: row("x").project }),
  ];

  it("begins with what waits for a person", () => {
    expect(sessions(ordered(rows, {}))).toEqual(["p", "w", "q"]);
  });

  it("is by any column, both ways", () => {
    expect(sessions(ordered(rows, { sort: "tokens" }))).toEqual(["p", "w", "q"]);
    expect(sessions(ordered(rows, { sort: "tokens", down: true }))).toEqual(["q", "w", "p"]);
  });

  it("is by project where that is asked for", () => {
    const other = row("o", { project: { ...row("x").project, path: "/srv/bill" } });
    const groups = grouped([...rows, other], { by: "project" });
    expect(groups.map(({ path }) => path)).toEqual(["/srv/bill", "/srv/shop"]);
    expect(grouped(rows, {})).toHaveLength(1);
  });

  it("is held by the address, which drops what it does not know", () => {
    expect(fleetSearch({ sort: "usd", down: true, by: "project" })).toEqual({
      sort: "usd",
      down: true,
      by: "project",
    });
    expect(fleetSearch({ sort: "colour", down: "yes", by: "moon" })).toEqual({});
  });
});

it("a row becomes silent by the clock alone, when its time has come and nothing else is said of it", () => {
  const rows = [
    row("a", { silentFrom: 100 }),
    row("b", { silentFrom: 200 }),
    row("c", { state: "waiting", silentFrom: 50 }),
    row("d", { silentFrom: null }),
  ];
  const states = (time: number) => withSilence(rows, time).map(({ state }) => state);
  expect(states(99)).toEqual(["working", "working", "waiting", "working"]);
  expect(states(100)).toEqual(["silent", "working", "waiting", "working"]);
  expect(states(500)).toEqual(["silent", "silent", "waiting", "working"]);
});
