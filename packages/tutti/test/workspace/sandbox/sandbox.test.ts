import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ERRORS } from "@tutti/protocol";
import type { Place } from "../../../src/engine/ports/place.ts";
import { hasEnvironmentLine, readProcesses } from "../../../src/platform/process-table.ts";
import { readCapabilities } from "../../../src/workspace/sandbox/capabilities.ts";
import { attackFence } from "../../../src/workspace/sandbox/self-test.ts";
import { nextChunk, rig, textOf } from "./rig.ts";

/** Moments at which a start is aborted. */
const ABORTS_MS = Array.from({ length: 20 }, (_, index) => index * 3);

describe.each(["sandbox", "none"] as const)("with isolation %s", (isolation) => {
  test("streams, exit code and environment are the command's own", async () => {
    using scene = rig({ isolation });
    await using running = await scene.start("cat; echo $NAME >&2; pwd; exit 7", {
      env: { NAME: "value", NODE_OPTIONS: "--no-warnings" },
    });
    running.stdin.end("input\n");
    expect(await textOf(running.stdout)).toBe(`input\n${scene.place.root}\n`);
    expect(await textOf(running.stderr)).toBe("value\n");
    expect(await running.exited).toEqual({ code: 7, signal: null, ended: null });
    expect(readdirSync(join(scene.data, "processes"))).toEqual([]);
  });

  test("stop lets a command clean up first", async () => {
    using scene = rig({ isolation });
    const script = "trap 'echo cleaned; exit 0' TERM; echo up; while :; do sleep 0.05; done";
    const running = await scene.start(script);
    expect(await nextChunk(running.stdout)).toBe("up\n");
    const cleaned = nextChunk(running.stdout);
    const { ended } = await running.stop(5000);
    expect(ended).toBe("stopped");
    expect(await cleaned).toBe("cleaned\n");
  });

  test("stop ends a command that ignores SIGTERM, after the grace", async () => {
    using scene = rig({ isolation });
    const running = await scene.start("trap '' TERM; echo up; while :; do sleep 1; done");
    await nextChunk(running.stdout);
    const started = performance.now();
    const fact = await running.stop(100);
    expect(fact.ended).toBe("stopped");
    expect(performance.now() - started).toBeGreaterThanOrEqual(95);
    expect(await running.stop()).toEqual(fact);
  });

  test("an abort ends the process, and an aborted launch starts none", async () => {
    using scene = rig({ isolation });
    const abort = new AbortController();
    const running = await scene.start("echo up; sleep 300", {}, abort.signal);
    await nextChunk(running.stdout);
    abort.abort();
    expect((await running.exited).ended).toBe("stopped");
    await expect(scene.start("true", {}, abort.signal)).rejects.toThrow("abort");
    expect(readdirSync(join(scene.data, "processes"))).toEqual([]);
  });

  test("a start that is aborted at any moment leaves no process", async () => {
    using scene = rig({ isolation });
    const mark = `ABORTED=${scene.folder}`;
    const left: number[] = [];
    // The start takes about 40 ms: every part of it is hit.
    for (const ms of ABORTS_MS) {
      const signal = AbortSignal.timeout(ms);
      const starting = scene.start("sleep 300", { env: { ABORTED: scene.folder } }, signal);
      const running = await starting.catch(() => null);
      await running?.exited;
      left.push(...marked(mark));
    }
    // Whatever is orphaned has no word to begin, and ends by itself within moments.
    await expect.poll(() => left.filter((pid) => marked(mark).includes(pid))).toEqual([]);
    expect(marked(mark)).toEqual([]);
    expect(readdirSync(join(scene.data, "processes"))).toEqual([]);
  }, 30_000);

  test("a command that is not there ends with 127", async () => {
    using scene = rig({ isolation });
    await using running = await scene.start("", { command: ["no-such-program"] });
    expect(await textOf(running.stderr)).toContain("no-such-program");
    expect((await running.exited).code).toBe(127);
  });

  test("sixty quick commands each report their own output", async () => {
    using scene = rig({ isolation });
    const outputs: string[] = [];
    for (let batch = 0; batch < 6; batch += 1) {
      const numbers = Array.from({ length: 10 }, (_, index) => batch * 10 + index);
      outputs.push(
        ...(await Promise.all(
          numbers.map(async (number) => {
            await using running = await scene.start(`echo ${number}`);
            return await textOf(running.stdout);
          }),
        )),
      );
    }
    expect(outputs).toEqual(Array.from({ length: 60 }, (_, number) => `${number}\n`));
  }, 60_000);
});

test("inside are two processes, three descriptors and the place's environment alone", async () => {
  using scene = rig();
  const script =
    "ls /proc | grep -c '^[0-9]'; ls /proc/self/fd; cat /proc/self/environ | tr '\\0' '\\n'";
  await using running = await scene.start(script, { env: { EXTRA: "1" } });
  const [processes = "", ...rest] = (await textOf(running.stdout)).trim().split("\n");
  // Process 1, the shell, ls and grep.
  expect(Number(processes)).toBeLessThanOrEqual(4);
  // The fourth is the listing's own.
  expect(rest.slice(0, 4)).toEqual(["0", "1", "2", "3"]);
  const names = rest.slice(4).map((line) => line.split("=")[0]);
  expect(names).toEqual(expect.arrayContaining(["EXTRA", "HOME", "PATH", "TMPDIR"]));
  expect(
    names.filter(
      (name) =>
        !["EXTRA", "HOME", "PATH", "TMPDIR", "PWD", "OLDPWD", "SHLVL", "_"].includes(name ?? ""),
    ),
  ).toEqual([]);
});

test("environment values do not show in the process list", async () => {
  using scene = rig();
  await using running = await scene.start("echo up; sleep 300", { env: { TOKEN: "hidden-4711" } });
  await nextChunk(running.stdout);
  const lines = readdirSync("/proc")
    .filter((name) => /^\d+$/u.test(name))
    .map((pid) => commandLine(pid));
  expect(lines.some((line) => line.includes("bwrap"))).toBe(true);
  expect(lines.filter((line) => line.includes("hidden-4711"))).toEqual([]);
});

describe("a place that cannot be shown is refused", () => {
  const source = "/usr/share";
  const refused: readonly [string, (place: Place) => Partial<Place>][] = [
    ["its tree is not shown", () => ({ root: "/elsewhere" })],
    [
      "a source is missing",
      ({ mounts }) => ({
        mounts: [...mounts, { source: "/no/such", target: "/x", access: "read-only" }],
      }),
    ],
    [
      "a target is not plain",
      ({ mounts }) => ({ mounts: [...mounts, { source, target: "/x/../y", access: "read-only" }] }),
    ],
    [
      "it would cover the root",
      ({ mounts }) => ({ mounts: [...mounts, { source, target: "/", access: "read-only" }] }),
    ],
    [
      "it would cover /proc",
      ({ mounts }) => ({
        mounts: [...mounts, { source, target: "/proc/sys", access: "writable" }],
      }),
    ],
  ];
  test.each(refused)("when %s", async (_why, change) => {
    using scene = rig();
    const place = { ...scene.place, ...change(scene.place) };
    await expect(scene.start("true", { place })).rejects.toMatchObject({ code: "sandbox.path" });
  });

  test("when a link that the process could have planted lies in a mount's way", async () => {
    using scene = rig();
    const { root, mounts } = scene.place;
    mkdirSync(join(scene.folder, "secrets"));
    writeFileSync(join(scene.folder, "secrets/key"), "secret");
    symlinkSync(join(scene.folder, "secrets"), join(root, ".claude"));
    const name = join(root, ".claude");
    const asSource = [...mounts, { source: name, target: name, access: "read-only" as const }];
    const asTarget = [
      ...mounts,
      { source: "/usr/share", target: join(name, "x"), access: "read-only" as const },
    ];
    for (const planted of [asSource, asTarget]) {
      const place = { ...scene.place, mounts: planted };
      await expect(scene.start("true", { place })).rejects.toMatchObject({ code: "sandbox.path" });
    }
    expect(existsSync(join(scene.folder, "secrets/x"))).toBe(false);
  });
});

test("what bubblewrap cannot set up is a failure with its own words", async () => {
  using scene = rig();
  await expect(scene.start("true", { cwd: "/no/such/folder" })).rejects.toMatchObject({
    code: "sandbox.failed",
    message: expect.stringContaining("/no/such/folder"),
  });
  expect(readdirSync(join(scene.data, "processes"))).toEqual([]);
});

test("the self-test passes here, quickly, and says what holds", async () => {
  using scene = rig();
  await scene.sandbox.capabilities(); // prepares the fence
  let fastestMs = Number.POSITIVE_INFINITY;
  // Quick where the machine is not busy with other things, which one of a few looks will find.
  for (let look = 0; look < 5 && fastestMs >= 2000; look += 1) {
    const started = performance.now();
    const results = await scene.sandbox.selfTest();
    fastestMs = Math.min(fastestMs, performance.now() - started);
    expect(results).toHaveLength(6);
    expect(results.filter(({ ok }) => !ok)).toEqual([]);
  }
  expect(fastestMs).toBeLessThan(2000);
});

test("the self-test finds a fence that is none, and then nothing is launched", async () => {
  using scene = rig();
  mkdirSync(scene.data, { recursive: true });
  const results = await attackFence({
    launch: (spec, signal) => {
      const place = { ...spec.place, isolation: "none" as const };
      const [, ...args] = spec.command;
      const command = [process.execPath, ...args];
      return scene.sandbox.launch(
        { ...spec, place, command },
        signal === undefined ? {} : { signal },
      );
    },
    folder: scene.data,
    node: process.execPath,
    bubblewrap: "/usr/bin/bwrap",
  });
  const isRoot = process.getuid?.() === 0;
  const open = results.filter(({ ok }) => !ok).map(({ name }) => name);
  expect(open).toEqual(expect.arrayContaining(["a file outside cannot be read"]));
  expect(open).toContain("nothing outside can be written");
  expect(open).toContain("ports of this machine are out of reach");
  expect(open).toContain("no further user namespace");
  expect(open.includes("kernel settings cannot be written")).toBe(isRoot);
});

test("every capability of this machine has a mend when it is missing", async () => {
  using scene = rig();
  const capabilities = await scene.sandbox.capabilities();
  expect(capabilities.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["platform", "bubblewrap", "namespaces and seccomp", "task limit"]),
  );
  for (const { ok, mend } of capabilities) expect(ok || mend !== null).toBe(true);
});

test("a machine without the program that terminals need is told so, with what brings it", async () => {
  using scene = rig();
  const terminalsBy = async (script: string) => {
    const capabilities = await readCapabilities({
      launch: (spec) => scene.sandbox.launch(spec),
      node: process.execPath,
      hasOwnDevices: async () => true,
      script,
    });
    return capabilities.find(({ name }) => name === "terminals");
  };
  const script = join(scene.folder, "script");
  expect(await terminalsBy(script)).toEqual({
    name: "terminals",
    ok: false,
    detail: `there is no ${script}; runs work without`,
    mend: ERRORS["terminal.unavailable"].mend,
  });
  writeFileSync(script, "");
  expect(await terminalsBy(script)).toMatchObject({ ok: true, mend: null });
});

/** Living processes with this line in their environment. */
function marked(line: string): number[] {
  return readProcesses()
    .filter(({ pid, isZombie }) => !isZombie && hasEnvironmentLine(pid, line))
    .map(({ pid }) => pid);
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1");
  } catch {
    return ""; // gone in between
  }
}
