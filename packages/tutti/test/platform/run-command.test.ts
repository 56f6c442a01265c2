import { expect, test } from "vitest";
import { spawnOwned } from "../../src/platform/spawn.ts";
import { run } from "../../src/platform/run-command.ts";
import { isAlive, readProcess } from "../../src/platform/process-table.ts";

const here = { cwd: "/", env: { PATH: "/usr/bin:/bin" } };
const sh = (script: string, options: object = {}) =>
  run("sh", ["-c", script], { ...here, ...options });

const runs = (pid: string) => {
  const row = readProcess(Number(pid));
  return row !== null && isAlive(row);
};

test("a command's output, input and exit code come back as they were", async () => {
  const result = await sh("cat; echo bad >&2; exit 7", { stdin: "in\n" });
  expect(result).toMatchObject({
    code: 7,
    signal: null,
    ended: null,
    stdout: "in\n",
    stderr: "bad\n",
  });
});

test("arguments reach the program without a shell", async () => {
  const result = await run("printf", ["%s|", "$(id)", "a b", ";", "*"], here);
  expect(result.stdout).toBe("$(id)|a b|;|*|");
});

test("a program that is not there is a fact, not an exception", async () => {
  const result = await run("/no/such/program", [], here);
  expect(result).toMatchObject({ code: null, ended: "not-started" });
  expect(result.stderr).toContain("ENOENT");
});

test("the time-out ends the whole tree, a double-forked child in its own session included", async () => {
  const script = "setsid sh -c 'sleep 300 >/dev/null 2>&1 & echo $!'; sleep 300";
  const result = await sh(script, { timeoutMs: 300 });
  expect(result.ended).toBe("timeout");
  expect(runs(result.stdout)).toBe(false);
});

test("a child left in the background is ended with the command", async () => {
  const result = await sh("sleep 300 & echo $!");
  expect(result).toMatchObject({ code: 0, ended: null });
  expect(runs(result.stdout)).toBe(false);
});

test("output past the bound ends the command and keeps what fits", async () => {
  const result = await sh("yes", { maxOutputBytes: 1000 });
  expect(result.ended).toBe("output");
  expect(result.bytes).toHaveLength(1000);
});

test("an abort ends a command that ignores SIGTERM", async () => {
  const abort = new AbortController();
  const running = sh("trap '' TERM; echo up; while :; do sleep 1; done", {
    signal: abort.signal,
    onOutput: () => abort.abort(),
  });
  expect(await running).toMatchObject({ ended: "aborted", stdout: "up\n" });
  expect(await sh("exit 0", { signal: abort.signal })).toMatchObject({
    ended: "aborted",
    code: null,
  });
});

async function read(stream: AsyncIterable<unknown>): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += String(chunk);
  return text;
}

test("output of a process that has ended before anybody reads is not lost", async () => {
  const owned = await spawnOwned({
    ...here,
    command: "sh",
    args: ["-c", "echo out; echo err >&2"],
  });
  await owned.exited;
  await new Promise((resolve) => setImmediate(resolve));
  expect(await read(owned.stdout)).toBe("out\n");
  expect(await read(owned.stderr)).toBe("err\n");
});
