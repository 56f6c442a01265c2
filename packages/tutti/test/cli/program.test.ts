import { once } from "node:events";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readProcess } from "../../src/platform/process-table.ts";
import { waitUntilGone } from "../../src/platform/process-tree.ts";
import { createServer } from "../../src/server/create-server.ts";
import { rawRequest } from "../server/raw-request.ts";
import { memoryEngine } from "../server/memory-engine.ts";
import { finished, openProgram, type Program } from "./program.ts";

let program: Program;

beforeEach(() => {
  program = openProgram();
});

afterEach(async () => {
  await program[Symbol.asyncDispose]();
});

const areGone = (pids: readonly number[]): Promise<boolean> =>
  waitUntilGone(
    pids.flatMap((pid) => readProcess(pid) ?? []),
    5000,
  );

describe("the daemon of the first command", () => {
  it("is one, however many commands start at once", async () => {
    const results = await Promise.all(
      Array.from({ length: 4 }, () => program.tutti(["tasks", "--json"])),
    );
    for (const { code, out } of results) {
      expect(code).toBe(0);
      expect(JSON.parse(out)).toEqual({ items: [], next: null });
    }
    const health = await rawRequest(program.socket, "/api/v1/health");
    const { pid } = JSON.parse(health.text);
    // The others found the store taken and are on their way out.
    expect(await areGone(program.daemons().filter((other) => other !== pid))).toBe(true);
    expect(program.daemons()).toEqual([pid]);
  }, 30_000);

  it("outlives the command, holds none of its streams, and keeps its log private", async () => {
    const { code } = await program.tutti(["tasks"]);
    expect(code).toBe(0);
    expect(program.daemons()).toHaveLength(1);
    const log = join(program.folder, "data/state/daemon.log");
    expect(statSync(log).mode & 0o777).toBe(0o600);
    expect(statSync(program.socket).mode & 0o777).toBe(0o600);
  });

  it("is replaced after kill -9, in spite of the socket that is left", async () => {
    await program.tutti(["tasks"]);
    const [first = 0] = program.daemons();
    process.kill(first, "SIGKILL");
    const { code } = await program.tutti(["tasks", "--json"]);
    expect(code).toBe(0);
    const [second] = program.daemons();
    expect(second).not.toBe(first);
  });

  it("says why it did not start", async () => {
    const data = join(program.folder, "data");
    mkdirSync(data, { mode: 0o700 });
    await program.tutti(["tasks"]);
    await program.tutti(["stop"]);
    const file = join(data, "tutti.db");
    expect(readFileSync(file).subarray(0, 6).toString()).toBe("SQLite");
    writeFileSync(file, "this is no store ".repeat(1000));
    const { code, out, err } = await program.tutti(["tasks", "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(out).error.code).toBe("store.corrupt");
    expect(err).toContain("left untouched");
    expect(await areGone(program.daemons())).toBe(true);
  });

  it("is refused when it is of another version, but can be stopped", async () => {
    const stopped = Promise.withResolvers<void>();
    await using other = await createServer(memoryEngine(), {
      socketPath: program.socket,
      version: "0.0.0-other",
      stop: stopped.resolve,
    });
    const { code, err } = await program.tutti(["tasks"]);
    expect(other.socketPath).toBe(program.socket);
    expect(code).toBe(1);
    expect(err).toContain("0.0.0-other");
    expect(err).toContain("tutti stop && tutti serve");
    // This very process plays the daemon and does not end, so the command would wait for it.
    const stopping = program.start(["stop"]);
    await stopped.promise;
    stopping.kill("SIGKILL");
    await finished(stopping);
  });
});

describe("tutti serve", () => {
  it("runs in the foreground until Ctrl-C, and leaves nothing", async () => {
    const serve = program.start(["serve"]);
    const result = finished(serve);
    if (serve.stdout === null) throw new Error("no output");
    const [line] = await once(serve.stdout, "data");
    expect(String(line)).toContain(program.socket);
    const second = await program.tutti(["serve"]);
    expect(second.code).toBe(1);
    expect(second.err).toContain("tutti stop");
    serve.kill("SIGINT");
    expect((await result).code).toBe(0);
    expect(statSync(program.socket, { throwIfNoEntry: false })).toBeUndefined();
    expect(program.daemons()).toEqual([]);
  });

  it("is ended by tutti stop, which waits for it, and says when there is none", async () => {
    await program.tutti(["tasks"]);
    const stopped = await program.tutti(["stop", "--json"]);
    expect(JSON.parse(stopped.out).stopped).toBe(true);
    expect(program.daemons()).toEqual([]);
    const again = await program.tutti(["stop", "--json"]);
    expect(again.code).toBe(0);
    expect(JSON.parse(again.out)).toEqual({ stopped: false, pid: null });
  });
});

describe("a terminal program among others", () => {
  it("ends quietly when its reader has seen enough", async () => {
    const help = program.start(["help"]);
    help.stdout?.destroy();
    const { code, err } = await finished(help);
    expect(code).toBe(0);
    expect(err).toBe("");
  });

  it("prints only the version for --version, and starts nothing", async () => {
    const { code, out } = await program.tutti(["--version"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^\d+\.\d+\.\d+\n$/u);
    expect(program.daemons()).toEqual([]);
  });
});
