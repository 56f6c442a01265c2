import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { makeRig } from "./rig.ts";

const hasFence = ["/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap"].some((path) =>
  existsSync(path),
);

describe.skipIf(!hasFence)("checks and reproductions in the fence (bubblewrap needed)", () => {
  test("a suite runs and its report is read", async () => {
    const rig = makeRig(
      { "a.test.mjs": 'import test from "node:test"; test("one", () => {});' },
      "sandbox",
    );
    const result = await rig.check({ run: "node --test --test-reporter=tap a.test.mjs" });
    expect(result).toMatchObject({ outcome: "green", report: "tap", counts: { passed: 1 } });
  });

  test("a report file written inside is read outside", async () => {
    const run = "printf '<testsuite><testcase name=\"a\"/></testsuite>' > r.xml";
    const result = await makeRig({}, "sandbox").check({
      run,
      report: "junit",
      reportFile: "r.xml",
    });
    expect(result).toMatchObject({ outcome: "green", counts: { passed: 1 } });
  });

  test("a reproduction's files are there and its command decides", async () => {
    const rig = makeRig({}, "sandbox");
    const files = [{ path: "p.mjs", content: "process.exitCode = 1;" }];
    const { runs } = await rig.prove({ files, run: "node p.mjs" }, { times: 3 });
    expect(runs.map(({ outcome }) => outcome)).toEqual(["fail", "fail", "fail"]);
  });

  test("a command that is not found and one that is killed are errors there too", async () => {
    const rig = makeRig({}, "sandbox");
    expect(await rig.check({ run: "no-such-command" })).toMatchObject({ outcome: "error" });
    expect((await rig.check({ run: "kill -KILL $$" })).outcome).toBe("error");
    expect((await rig.check({ run: "kill -SEGV $$" })).outcome).toBe("red");
  });

  test("a check that hangs with a process of its own session is ended", async () => {
    const rig = makeRig({}, "sandbox");
    const result = await rig.check({
      run: "(setsid sh -c 'trap \"\" TERM HUP; sleep 600' &) ; echo started; sleep 600",
      timeout: 400,
    });
    expect(result).toMatchObject({ outcome: "timed-out", tail: "started" });
  });
});
