/** What `npm start` runs, with the sample that needs no network. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openTheatre } from "../fixtures/demo.ts";

const git = (root: string, ...args: readonly string[]): string =>
  execFileSync("git", ["-C", root, ...args], { encoding: "utf8" }).trim();

it("plays the whole workflow to a verified merge, tells it in one document, and leaves nothing behind", async () => {
  await using theatre = openTheatre("tutti théâtre with spaces ");
  const { code, stdout, stderr } = await theatre.play(["demo", "--once", "--json"]);
  expect([code, stderr]).toEqual([0, expect.stringContaining("● the tests pass there")]);
  const told = JSON.parse(stdout);
  expect(Object.keys(told)).toEqual([
    "outcome",
    "run",
    "steps",
    "contract",
    "checks",
    "findings",
    "families",
    "approvals",
    "candidate",
    "merged",
  ]);
  expect(told).toMatchObject({
    outcome: "merged",
    families: { authors: ["anthropic"], reviewers: ["openai"] },
    findings: [
      {
        verdict: "confirmed",
        raisedBy: { family: "openai" },
        evidence: { base: "pass", candidate: "fail", fixed: "pass" },
      },
    ],
    approvals: [
      { step: "approve-spec", onBehalf: "tutti demo" },
      { step: "approve-merge", onBehalf: "tutti demo" },
    ],
    merged: { target: "main", commit: expect.stringMatching(/^[0-9a-f]{40}$/u) },
  });
  expect(told.steps.map(({ id }: { id: string }) => id)).toEqual([
    "spec",
    "approve-spec",
    "plan",
    "build[P1]",
    "build[fix-1]",
    "test",
    "rival-review",
    "approve-merge",
    "merge",
  ]);
  for (const step of told.steps) expect(step).toMatchObject({ outcome: "passed" });
  for (const requirement of told.contract.requirements)
    expect(["proven", "tested"]).toContain(requirement.state);
  expect(told.checks.length).toBeGreaterThan(0);
  for (const check of told.checks) expect(check).toMatchObject({ outcome: "green", report: "tap" });
  expect(theatre.litter()).toEqual([]);
  expect(theatre.left()).toEqual([]);
});

/** The first words of each command that docs/demo.md names for real agents, and the roles. */
const realAgentsOfThePage = (): string[] => {
  const page = readFileSync(new URL("../../docs/demo.md", import.meta.url), "utf8");
  const section = page.slice(page.indexOf("## Real agents instead"));
  const lines = [...section.matchAll(/^(?:(tutti [a-z ]*[a-z-]+)|(roles: .*))/gmu)];
  expect(lines.length).toBeGreaterThan(6);
  return lines.map(([line]) => line);
};

it("says who plays and how to go on, stays with its daemon, and a second run in the same folder joins it", async () => {
  await using theatre = openTheatre();
  const data = join(theatre.folder, "kept here");
  const first = await theatre.play(["demo", "--data", data]);
  expect([first.code, first.stdout]).toEqual([0, ""]);
  for (const text of [
    "Both are scripted: they act out a file, and no model is asked.",
    "approved by the demo on your behalf",
    "scripted to be wrong",
    "F1 reproduced",
    "F1 confirmed",
    "tutti show --transcript",
  ])
    expect(first.stderr).toContain(text);
  for (const text of realAgentsOfThePage()) expect(first.stderr).toContain(text);
  const root = join(data, "samples/bill");
  expect(git(root, "status", "--porcelain")).toBe("");
  expect(git(root, "rev-list", "--parents", "-1", "main").split(" ")).toHaveLength(3);
  expect(git(root, "log", "-1", "--format=%(trailers:key=Assisted-by,valueonly)")).toContain(
    "alto:scripted",
  );
  const [daemon] = theatre.left();
  const second = await theatre.play(["demo", "--data", "kept here", "--once"]);
  expect([second.code, second.stderr]).toEqual([0, expect.stringContaining("samples/bill-2")]);
  expect(theatre.left()).toEqual([daemon]);
  const here = { TUTTI_DATA_DIR: join(data, "data") };
  const tasks = await theatre.play(["tasks", "--all", "--json"], here);
  const items = [{ state: "merged" }, { state: "merged" }];
  expect(JSON.parse(tasks.stdout)).toMatchObject({ items });
  await theatre.play(["stop"], here);
  expect(existsSync(join(data, "samples/bill-2/.tutti/config.yaml"))).toBe(true);
});

it.each(["SIGINT", "SIGTERM"] as const)(
  "ends its daemon and its agents and removes its folder on %s",
  async (signal) => {
    await using theatre = openTheatre();
    const playing = theatre.begin(["demo"]);
    await playing.until("build[P1]");
    playing.signal(signal);
    expect((await playing.finished).code).toBe(130);
    expect(theatre.left()).toEqual([]);
    expect(theatre.litter()).toEqual([]);
  },
);

it("asks at the terminal with --interactive, shows what it asks about, and cancels on a no", async () => {
  await using theatre = openTheatre();
  const playing = theatre.begin(["demo", "--once", "--interactive"], { isTerminal: true });
  await playing.until("Approve spec.md and contract.yaml?");
  playing.type("s");
  await playing.until("# Split a bill without losing a cent");
  playing.type("y");
  await playing.until("approved by");
  await playing.until("Approve the merge into main?");
  playing.type("n");
  const { code, stdout } = await playing.finished;
  expect([code, stdout]).toEqual([1, expect.stringContaining("cancelled: not approved")]);
  expect(stdout).not.toContain("on your behalf");
  expect(theatre.litter()).toEqual([]);
  expect(theatre.left()).toEqual([]);
});

it("does not ask where there is no terminal", async () => {
  await using theatre = openTheatre();
  const refused = await theatre.play(["demo", "--interactive"]);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("needs a terminal")]);
  expect(theatre.litter()).toEqual([]);
});

it("refuses a sample that is not there before it makes anything", async () => {
  await using theatre = openTheatre();
  const { code, stderr } = await theatre.play(["demo", "--sample", "lodash"]);
  expect([code, stderr]).toEqual([2, expect.stringContaining("bill, minimist, shell-quote")]);
  expect(theatre.litter()).toEqual([]);
});

it("tells in its help every option it has", async () => {
  await using theatre = openTheatre();
  const { stdout } = await theatre.play(["demo", "--help"]);
  const source = readFileSync(
    new URL("../../packages/tutti/src/demo/options.ts", import.meta.url),
    "utf8",
  );
  for (const [, name] of source.matchAll(/^ {8}"?([a-z-]+)"?: (?:FLAG|\{)/gmu))
    expect(stdout).toContain(`--${name}`);
});
