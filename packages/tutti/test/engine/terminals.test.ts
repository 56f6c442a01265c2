/** The desk that holds terminals: what it keeps, when it ends one, and what the record says of it. */
import { describe, expect, it } from "vitest";
import { type Actor, type RunId, TuttiError } from "@tutti/protocol";
import { createTerminalLog } from "../../src/engine/terminal-output.ts";
import { createTerminalDesk, type TerminalParts } from "../../src/engine/terminals.ts";
import { echoTerminals } from "../server/echo-terminals.ts";
import { memoryEngine } from "../server/memory-engine.ts";

const KIM: Actor = { kind: "person", id: "kim" };
const SIZE = { rows: 24, columns: 80 };
const SCREEN = { size: SIZE, kind: "screen" } as const;
const NEVER = new AbortController().signal;
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

const unlaunched = () => Promise.reject(new Error("no fence today"));

/** A desk on a run whose workspace is ready. */
async function desk(parts: Partial<TerminalParts> = {}, asked: Promise<void> = Promise.resolve()) {
  const engine = memoryEngine();
  const started = await engine.startRun({ path: "/p", text: "task" }, KIM);
  if (started.kind === "rejected") throw new Error(started.message);
  const { run } = started;
  engine.step(run);
  let count = 0;
  const terminals = createTerminalDesk({
    terminals: echoTerminals,
    workspaces: { authorPlace: async () => (await engine.shell(run)).place },
    clock: { now: () => 1 },
    ids: { run: () => `r-${String((count += 1)).padStart(6, "0")}` },
    log: () => undefined,
    fence: async () => undefined,
    runs: {
      document: engine.document,
      handle: async (of, command, actor) => {
        if (command.kind === "terminal.open") await asked;
        engine.apply(of, command, actor);
        const state = engine.document(of);
        if (state === null) throw new Error("the run is gone");
        return { kind: "accepted", state, version: state.version, events: [] };
      },
    },
    ...parts,
  });
  const ends = (of: RunId = run) =>
    engine
      .eventsOf(of, 0, 1000)
      .flatMap(({ body }) => (body.type === "terminal.closed" ? [body.reason] : []));
  return { run, terminals, ends };
}

describe("the desk", () => {
  it("ends a terminal in which nothing was typed or said for a while, and the record says so", async () => {
    const { run, terminals, ends } = await desk({ bounds: { idleMs: 40 } });
    const { id } = await terminals.open({ run, ...SCREEN }, KIM);
    const output = terminals.output({ run, id });
    while (!output.isClosed()) await output.changed(output.end(), NEVER);
    expect(ends()).toEqual(["idle"]);
    expect(output.view().ended).toMatchObject({ reason: "idle", code: null });
  });

  it("keeps the last of what was said alone", async () => {
    const { run, terminals } = await desk({ bounds: { keptBytes: 8192 } });
    const { id } = await terminals.open({ run, ...SCREEN }, KIM);
    const output = terminals.output({ run, id });
    for (const letter of ["a", "b", "c"])
      terminals.write({ run, id }, { data: letter.repeat(4096), end: false });
    terminals.write({ run, id }, { data: "exit\r", end: false });
    while (!output.isClosed()) await output.changed(output.end(), NEVER);
    const { from, bytes } = output.after(0);
    expect(from).toBeGreaterThan(0);
    expect(bytes.byteLength).toBeLessThanOrEqual(8192);
    expect(text(bytes).endsWith("c".repeat(4096))).toBe(true);
    expect(output.view().ended).toMatchObject({ reason: "exited", code: 3 });
  });

  it("has a bound for all runs, and opens none once it is stopped", async () => {
    const { run, terminals, ends } = await desk({ bounds: { openMax: 1 } });
    const opening = () => terminals.open({ run, ...SCREEN }, KIM);
    await opening();
    await expect(opening()).rejects.toMatchObject({ code: "terminal.too-many" });
    await terminals.stop();
    expect(ends()).toEqual(["stopped"]);
    await expect(opening()).rejects.toMatchObject({ code: "terminal.too-many" });
  });

  it("counts those that are being opened, however many are asked for at once", async () => {
    const { run, terminals } = await desk({ bounds: { openMax: 1 } });
    const opening = Array.from({ length: 3 }, () => terminals.open({ run, ...SCREEN }, KIM));
    const settled = await Promise.allSettled(opening);
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
    expect(terminals.list(run)).toHaveLength(1);
  });

  it("ends one that was being opened when it was stopped, before it is stopped", async () => {
    const { promise: asked, resolve: record } = Promise.withResolvers<void>();
    const { run, terminals, ends } = await desk({}, asked);
    const opening = terminals.open({ run, ...SCREEN }, KIM);
    const settled = Promise.allSettled([opening]);
    await new Promise(setImmediate);
    const stopped = terminals.stop();
    record();
    await stopped;
    expect(ends()).toEqual(["stopped"]);
    await settled;
  });

  it("ends a script that nobody reads, whatever it goes on saying, and none that somebody reads", async () => {
    const { run, terminals, ends } = await desk({ bounds: { unreadMs: 50 } });
    const open = () => terminals.open({ run, size: SIZE, kind: "script" }, KIM);
    const [read, unread] = [await open(), await open()];
    const reading = terminals.output(read).reading();
    while (ends().length === 0) {
      terminals.write(unread, { data: "x", end: false });
      await new Promise(setImmediate);
    }
    expect(terminals.output(unread).view().ended).toMatchObject({ reason: "left" });
    expect(terminals.output(read).view().ended).toBeNull();
    reading[Symbol.dispose]();
    await expect.poll(() => ends()).toEqual(["left", "left"]);
  });

  it("keeps those that ended last, however long ago they were opened", async () => {
    const { run, terminals } = await desk();
    const long = await terminals.open({ run, ...SCREEN }, KIM);
    const short: string[] = [];
    for (let count = 0; count < 20; count += 1) {
      const { id } = await terminals.open({ run, ...SCREEN }, KIM);
      await terminals.close({ run, id }, KIM);
      short.push(id);
    }
    await terminals.close(long, KIM);
    expect(terminals.output(long).view().ended).toMatchObject({ reason: "closed" });
    expect(terminals.list(run).map(({ id }) => id)).toEqual([long.id, ...short.slice(-15)]);
  });

  it("tells of one that could not be launched, and the record has its end too", async () => {
    const { run, terminals, ends } = await desk({ terminals: { open: unlaunched } });
    await expect(terminals.open({ run, ...SCREEN }, KIM)).rejects.toThrow("no fence today");
    expect(ends()).toEqual(["failed"]);
    const [{ ended } = {}] = terminals.list(run);
    expect(ended?.failure).toMatchObject({ code: "internal" });
    expect(ended?.failure?.detail).not.toContain("no fence today");
  });

  it("says why one could not be launched to whoever looks later, and the next one may be", async () => {
    const missing = new TuttiError("terminal.unavailable", "There is no /usr/bin/script.");
    let isMissing = true;
    const open: typeof echoTerminals.open = async (...asked) => {
      if (isMissing) throw missing;
      return echoTerminals.open(...asked);
    };
    const { run, terminals, ends } = await desk({ terminals: { open } });
    await expect(terminals.open({ run, ...SCREEN }, KIM)).rejects.toThrow(missing);
    const failure = { code: "terminal.unavailable", detail: "There is no /usr/bin/script." };
    expect(terminals.list(run)).toMatchObject([{ ended: { reason: "failed", failure } }]);
    isMissing = false;
    const again = await terminals.open({ run, ...SCREEN }, KIM);
    expect(again.ended).toBeNull();
    await terminals.close({ run, id: again.id }, KIM);
    expect(terminals.list(run).map(({ ended }) => ended?.failure?.code ?? null)).toEqual([
      "terminal.unavailable",
      null,
    ]);
    expect(ends()).toEqual(["failed", "closed"]);
  });

  it("holds a script up until somebody reads what it says, and lets nothing of it go", async () => {
    const { run, terminals, ends } = await desk({ bounds: { keptBytes: 8192 } });
    const { id } = await terminals.open({ run, size: SIZE, kind: "script" }, KIM);
    const output = terminals.output({ run, id });
    terminals.write({ run, id }, { data: "x".repeat(5000), end: false });
    await output.changed(4999, NEVER);
    terminals.write({ run, id }, { data: "y".repeat(5000), end: true });
    await new Promise(setImmediate);
    expect(output.end()).toBe(5000);
    expect(ends()).toEqual([]);
    let read = 0;
    while (!output.isClosed()) {
      const { from, bytes } = output.after(read);
      expect(from).toBe(read);
      read += bytes.byteLength;
      await output.changed(read, NEVER);
    }
    expect(read + output.after(read).bytes.byteLength).toBe(10_000);
    expect(output.view().ended).toMatchObject({ reason: "exited", code: 7 });
  });

  it("ends a script that nobody reads, and a screen has no end of what is typed", async () => {
    const { run, terminals, ends } = await desk({ bounds: { keptBytes: 2048 } });
    const { id } = await terminals.open({ run, size: SIZE, kind: "script" }, KIM);
    for (let count = 0; count < 20; count += 1)
      terminals.write({ run, id }, { data: "x".repeat(1024), end: false });
    await terminals.close({ run, id }, KIM);
    expect(ends()).toEqual(["closed"]);
    const screen = await terminals.open({ run, ...SCREEN }, KIM);
    expect(() => terminals.write(screen, { data: "", end: true })).toThrow("Ctrl+D");
  });

  it("ends one that is still being launched", async () => {
    const { run, terminals, ends } = await desk({
      terminals: {
        open: (_spec, { signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener("abort", () => reject(signal.reason), { once: true });
          }),
      },
    });
    const opening = terminals.open({ run, ...SCREEN }, KIM);
    const refused = opening.catch((error: unknown) => error);
    await expect.poll(() => terminals.list(run)).toHaveLength(1);
    await terminals.endOf(run, { reason: "given" });
    expect(await refused).toMatchObject({ code: "terminal.ended" });
    expect(ends()).toEqual(["given"]);
  });
});

describe("what a terminal said", () => {
  it("is read from any position, however it came", () => {
    const log = createTerminalLog(1 << 20);
    for (const piece of ["one ", "two ", "x".repeat(5000), " three"]) log.push(Buffer.from(piece));
    expect(text(log.after(4).bytes)).toBe(`two ${"x".repeat(5000)} three`);
    expect(text(log.after(5009).bytes)).toBe("three");
    expect(log.after(9_999_999)).toMatchObject({ from: log.end() });
  });

  it("is told of one stream after the other, each as far as it goes", () => {
    const log = createTerminalLog(1 << 20);
    log.push(Buffer.from("out"));
    log.push(Buffer.from("wrong"), true);
    log.push(Buffer.from("more"));
    const parts = [0, 3, 5, 8].map((position) => log.after(position));
    expect(parts.map(({ bytes, isError }) => [text(bytes), isError])).toEqual([
      ["out", false],
      ["wrong", true],
      ["ong", true],
      ["more", false],
    ]);
  });

  it("wakes who waits for more, at its end too, and lets go of who does not wait any more", async () => {
    const log = createTerminalLog(100);
    const more = log.changed(0, NEVER);
    log.push(Buffer.from("a"));
    await more;
    const gone = new AbortController();
    const waiting = log.changed(1, gone.signal);
    gone.abort();
    await expect(waiting).rejects.toThrow("abort");
    const end = log.changed(1, NEVER);
    log.close();
    await end;
    expect(log.isClosed()).toBe(true);
  });
});
