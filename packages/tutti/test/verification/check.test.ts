import { describe, expect, test } from "vitest";
import { existsSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LOG_END_BYTES, LOG_HEAD_BYTES, TAIL_MAX_CHARS } from "../../src/verification/capture.ts";
import { makeRig } from "./rig.ts";

const tap = (...lines: string[]): string => ["TAP version 13", ...lines].join("\n");
const printing = (text: string, code = 0): Record<string, string> => ({
  "t.mjs": `process.stdout.write(${JSON.stringify(`${text}\n`)}); process.exitCode = ${code};`,
});
/** Fails on its first runs, by a counter that it keeps in the tree. */
const failingFirst = (times: number, body: string): string => `
import { readFileSync, writeFileSync } from "node:fs";
let count = 0;
try { count = Number(readFileSync("count", "utf8")); } catch { count = 0; }
writeFileSync("count", String(count + 1));
const isBroken = count < ${times};
${body}`;

describe("the outcome of a check", () => {
  test("a passing suite is green with a vector of its tests", async () => {
    const rig = makeRig({
      "a.test.mjs": `import test from "node:test"; test("one", () => {}); test("two", () => {}); test.skip("three", () => {});`,
    });
    const result = await rig.check({ run: "node --test --test-reporter=tap a.test.mjs" });
    expect(result).toMatchObject({
      name: "test",
      outcome: "green",
      exitCode: 0,
      report: "tap",
      counts: { passed: 2, failed: 0, skipped: 1 },
      flaky: [],
    });
    expect(result.tests).toContainEqual({ name: "one", outcome: "passed" });
  });

  test("a failing test is red, and the failing tests come first", async () => {
    const rig = makeRig(printing(tap("ok 1 - a", "not ok 2 - b", "ok 3 - c", "1..3"), 1));
    const result = await rig.check({ run: "node t.mjs" });
    expect(result.outcome).toBe("red");
    expect(result.tests.map(({ name }) => name)).toEqual(["b", "a", "c"]);
  });

  test.each([
    ["its plan is not met", tap("1..3", "ok 1 - a"), 0, "(1 of 3 planned tests were reported)"],
    ["it bails out", tap("1..2", "ok 1 - a", "Bail out! gone"), 0, "(bailed out: gone)"],
    ["it fails though its tests pass", tap("ok 1 - a", "1..1"), 1, "(ended with exit code 1)"],
    ["a test fails though it ends with 0", tap("not ok 1 - a", "1..1"), 0, "a"],
  ])("a suite is red when %s", async (...[, text, code, first]) => {
    const rig = makeRig(printing(text, code));
    const result = await rig.check({ run: "node t.mjs" });
    expect(result.outcome).toBe("red");
    expect(result.tests[0]).toEqual({ name: first, outcome: "failed" });
  });

  test.each([
    ["true", "true"],
    ["an empty suite", "printf 'TAP version 13\\n1..0\\n'"],
    ["a suite that skips everything", "printf 'TAP version 13\\nok 1 - a # SKIP\\n1..1\\n'"],
    ["npm's default script", "echo 'Error: no test specified' && exit 0"],
    ["a runner that finds no tests", "echo 'No test files found, exiting with code 0'"],
    ["pytest's way of saying so", "echo 'no tests ran in 0.01s'; exit 5"],
  ])("%s is empty, never a pass", async (_, run) => {
    expect((await makeRig().check({ run })).outcome).toBe("empty");
  });

  test("npm test with the script that npm writes is empty", async () => {
    const scripts = { test: 'echo "Error: no test specified" && exit 0' };
    const rig = makeRig({
      "package.json": JSON.stringify({ name: "a", version: "1.0.0", scripts }),
    });
    expect((await rig.check({ run: "npm test" })).outcome).toBe("empty");
  });

  test.each([
    ["is not found", "no-such-command-here", 127],
    ["is not executable", "./plain.txt", 126],
  ])("a command that %s is an error", async (_, run, exitCode) => {
    const result = await makeRig({ "plain.txt": "text" }).check({ run });
    expect(result).toMatchObject({ outcome: "error", exitCode });
  });

  test("a command that is killed is an error, one that crashes is red", async () => {
    expect((await makeRig().check({ run: "kill -KILL $$" })).outcome).toBe("error");
    expect((await makeRig().check({ run: "kill -SEGV $$" })).outcome).toBe("red");
  });

  test("a check without a report is judged by its exit code", async () => {
    expect(await makeRig().check({ run: "test -d ." })).toMatchObject({
      outcome: "green",
      report: "exit",
      tests: [],
    });
    const red = await makeRig().check({ run: "test -d nowhere" });
    expect(red).toMatchObject({ outcome: "red", exitCode: 1, report: "exit" });
    expect(red.tests).toEqual([{ name: "(ended with exit code 1)", outcome: "failed" }]);
  });

  test("counts of a known runner's summary are read where there is no report", async () => {
    const rig = makeRig(printing("      Tests  1 failed | 12 passed (13)", 1));
    const result = await rig.check({ run: "node t.mjs" });
    expect(result).toMatchObject({ outcome: "red", counts: { passed: 12, failed: 1 } });
  });

  test("TAP that was asked for and does not come is empty, not green", async () => {
    expect((await makeRig().check({ run: "echo fine", report: "tap" })).outcome).toBe("empty");
  });

  test("equal results have equal vectors in whatever order they come", async () => {
    const vectors = [];
    for (const lines of [
      ["ok 1 - a", "ok 2 - b", "1..2"],
      ["1..2", "ok 1 - b", "noise", "ok 2 - a"],
      ["ok 1 - a", "ok 2 - c", "1..2"],
    ]) {
      vectors.push((await makeRig(printing(tap(...lines))).check({ run: "node t.mjs" })).vector);
    }
    expect(vectors[0]).toBe(vectors[1]);
    expect(vectors[0]).not.toBe(vectors[2]);
  });

  test("the command runs at the root with a steady environment, and the check's own on top", async () => {
    const rig = makeRig({ "here.txt": "yes" });
    const run = 'test -f here.txt && echo "CI=$CI NO_COLOR=$NO_COLOR MINE=$MINE"';
    expect((await rig.check({ run, env: { MINE: "1" } })).tail).toBe("CI=1 NO_COLOR=1 MINE=1");
  });
});

describe("a test that fails and passes on the same tree", () => {
  test("is flaky: named, and not red", async () => {
    const body = `console.log("TAP version 13\\nok 1 - steady\\n" + (isBroken ? "not " : "") + "ok 2 - shaky\\n1..2"); process.exitCode = isBroken ? 1 : 0;`;
    const rig = makeRig({ "t.mjs": failingFirst(1, body) });
    const result = await rig.check({ run: "node t.mjs" });
    expect(result).toMatchObject({
      outcome: "green",
      flaky: ["shaky"],
      counts: { passed: 2, failed: 0 },
    });
  });

  test("does not excuse another that fails every time", async () => {
    const body = `console.log("TAP version 13\\nnot ok 1 - broken\\n" + (isBroken ? "not " : "") + "ok 2 - shaky\\n1..2"); process.exitCode = 1;`;
    const rig = makeRig({ "t.mjs": failingFirst(2, body) });
    const result = await rig.check({ run: "node t.mjs" });
    expect(result).toMatchObject({
      outcome: "red",
      flaky: ["shaky"],
      counts: { passed: 1, failed: 1 },
    });
    expect(result.tests[0]).toEqual({ name: "broken", outcome: "failed" });
  });

  test("is the check itself where there is only an exit code", async () => {
    const rig = makeRig({ "t.mjs": failingFirst(2, "process.exitCode = isBroken ? 1 : 0;") });
    expect(await rig.check({ run: "node t.mjs" })).toMatchObject({
      outcome: "green",
      flaky: ["test"],
    });
  });

  test("is looked for in exactly two further runs", async () => {
    const rig = makeRig({ "t.mjs": failingFirst(3, "process.exitCode = isBroken ? 1 : 0;") });
    expect(await rig.check({ run: "node t.mjs" })).toMatchObject({ outcome: "red", flaky: [] });
  });

  test("does not excuse an exit code that no test explains", async () => {
    const body = `console.log("TAP version 13\\n" + (isBroken ? "not " : "") + "ok 1 - shaky\\n1..1"); process.exitCode = 1;`;
    const rig = makeRig({ "t.mjs": failingFirst(1, body) });
    const result = await rig.check({ run: "node t.mjs" });
    expect(result).toMatchObject({ outcome: "red", flaky: ["shaky"] });
    expect(result.tests[0]).toEqual({ name: "(ended with exit code 1)", outcome: "failed" });
  });

  test("a test that vanishes from the further runs stays red", async () => {
    const body = `console.log(isBroken ? "TAP version 13\\nok 1 - a\\nnot ok 2 - b\\n1..2" : "TAP version 13\\nok 1 - a\\n1..1"); process.exitCode = isBroken ? 1 : 0;`;
    const rig = makeRig({ "t.mjs": failingFirst(1, body) });
    expect(await rig.check({ run: "node t.mjs" })).toMatchObject({ outcome: "red", flaky: [] });
  });
});

describe("JUnit report files", () => {
  const XML = '<testsuite name="s"><testcase name="a"/><testcase name="b"/></testsuite>';
  const junit = { report: "junit", reportFile: "out/r.xml" } as const;

  test("the file that the run writes is read", async () => {
    const run = `mkdir -p out && printf '%s' '${XML}' > out/r.xml`;
    expect(await makeRig().check({ run, ...junit })).toMatchObject({
      outcome: "green",
      report: "junit",
      counts: { passed: 2 },
    });
    expect(await makeRig().check({ run, ...junit, report: "auto" })).toMatchObject({
      report: "junit",
    });
  });

  test("a folder of files is read as one report", async () => {
    const run = `mkdir -p out && printf '%s' '${XML}' > out/a.xml && printf '%s' '${XML}' > out/b.xml`;
    const result = await makeRig().check({ run, report: "junit", reportFile: "out/" });
    expect(result).toMatchObject({ outcome: "green", counts: { passed: 4 } });
  });

  test("a report that lay in the tree before is not taken for the run's", async () => {
    const rig = makeRig({ "out/r.xml": XML });
    expect((await rig.check({ run: "echo nothing", ...junit })).outcome).toBe("empty");
  });

  test("a report that is a link out of the tree is not read", async () => {
    const rig = makeRig();
    writeFileSync(join(rig.folder, "outside.xml"), XML);
    const run = "mkdir -p out && ln -s ../../outside.xml out/r.xml";
    expect((await rig.check({ run, ...junit })).outcome).toBe("empty");
  });

  test("a link to a folder outside is not emptied", async () => {
    const rig = makeRig();
    writeFileSync(join(rig.folder, "r.xml"), XML);
    symlinkSync("..", join(rig.root, "out"));
    await rig.check({ run: "echo nothing", ...junit });
    expect(existsSync(join(rig.folder, "r.xml"))).toBe(true);
  });

  test("a report that is cut off is red", async () => {
    const run = "mkdir -p out && printf '<testsuite><testcase name=\"a\"/>' > out/r.xml";
    expect((await makeRig().check({ run, ...junit })).outcome).toBe("red");
  });
});

describe("bounds of a check", () => {
  test("a check that hangs is ended with its whole tree and is timed out", async () => {
    const rig = makeRig();
    const result = await rig.check({
      run: "echo started; trap '' TERM; sleep 600 & wait; sleep 600",
      timeout: 300,
    });
    expect(result).toMatchObject({ outcome: "timed-out", tail: "started" });
    expect(result.durationMs).toBeLessThan(9000);
  });

  test("a check that writes 50 MB keeps the beginning, the end and a short tail", async () => {
    const big = `const line = "x".repeat(99) + "\\n"; console.log("first"); for (let i = 0; i < 512; i++) process.stdout.write(line.repeat(1024)); console.log("TAP version 13\\nok 1 - last\\n1..1");`;
    const rig = makeRig({ "t.mjs": big });
    let live = 0;
    const result = await rig.check({ run: "node t.mjs" }, (text) => {
      live += text.length;
    });
    const log = Buffer.from(rig.blobs.get(result.log ?? "") ?? []).toString();
    expect(result).toMatchObject({ outcome: "green", counts: { passed: 1 } });
    expect(result.tail.length).toBeLessThanOrEqual(TAIL_MAX_CHARS);
    expect(result.tail.endsWith("ok 1 - last\n1..1")).toBe(true);
    expect(log.length).toBeLessThanOrEqual(LOG_HEAD_BYTES + LOG_END_BYTES + 100);
    expect(log.startsWith("first\n")).toBe(true);
    expect(log).toMatch(/\n\[\d+ bytes left out\]\n/u);
    expect(log.endsWith("1..1\n")).toBe(true);
    expect(live).toBeLessThan(1_100_000);
  });

  test("one endless line is bounded too", async () => {
    const big = `for (let i = 0; i < 320; i++) process.stdout.write("y".repeat(65536)); console.log("\\nTAP version 13\\nok 1 - last\\n1..1");`;
    const rig = makeRig({ "t.mjs": big });
    expect(await rig.check({ run: "node t.mjs" })).toMatchObject({
      outcome: "green",
      report: "tap",
    });
  });

  test("a suite of many tests keeps 200 of them, failing ones first, and counts all", async () => {
    const many = `console.log("TAP version 13"); for (let i = 1; i <= 3000; i++) console.log((i === 2999 ? "not " : "") + "ok " + i + " - t" + i); console.log("1..3000");`;
    const result = await makeRig({ "t.mjs": many }).check({ run: "node t.mjs" });
    expect(result.counts).toEqual({ passed: 2999, failed: 1, skipped: 0 });
    expect(result.tests).toHaveLength(200);
    expect(result.tests[0]).toEqual({ name: "t2999", outcome: "failed" });
  });

  test("colours do not reach the tail or the names", async () => {
    const rig = makeRig(printing(tap("\u001B[32mok 1 - a\u001B[39m", "1..1")));
    const result = await rig.check({ run: "node t.mjs" });
    expect(result.tests).toEqual([{ name: "a", outcome: "passed" }]);
    expect(result.tail).not.toContain("\u001B");
  });

  test("a check that is stopped rejects with the reason", async () => {
    const rig = makeRig();
    const running = rig.check({ run: "echo ready; sleep 600" }, () =>
      rig.stop.abort(new Error("cancelled")),
    );
    await expect(running).rejects.toThrow("cancelled");
    await expect(rig.check({ run: "echo never" })).rejects.toThrow("cancelled");
  });

  test("a descendant that keeps the output open does not hold the check up", async () => {
    const result = await makeRig().check({ run: "(trap '' HUP TERM; exec sleep 600) & echo done" });
    expect(result).toMatchObject({ outcome: "green", tail: "done" });
    expect(result.durationMs).toBeLessThan(9000);
  });
});
