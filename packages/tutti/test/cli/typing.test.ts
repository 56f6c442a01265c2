import { PassThrough } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, it } from "vitest";
import type { Cli } from "../../src/cli/cli.ts";
import { attach } from "../../src/cli/terminal/attach.ts";
import { createTyping, inputPart } from "../../src/cli/terminal/typing.ts";
import { connectDaemon } from "../../src/client/daemon-client.ts";
import { openHarness } from "./harness.ts";

it("a part of a text ends between two characters", () => {
  const long = `${"x".repeat(16_383)}\u{1F3BC}y`;
  expect(inputPart(long)).toBe("x".repeat(16_383));
  expect(inputPart("\u{1F3BC}")).toBe("\u{1F3BC}");
});

it("of what is not taken nothing goes on, and how much is lost is told once until something is", async () => {
  const arrived: string[] = [];
  const lost: number[] = [];
  let isBusy = false;
  const type = createTyping(
    async (data) => {
      if (isBusy) throw new Error("it reads nothing");
      arrived.push(data);
      isBusy = data.startsWith("x");
    },
    (characters) => lost.push(characters),
  );
  type("x".repeat(100_000));
  await expect.poll(() => lost).toEqual([83_616]);
  expect(arrived.map(({ length }) => length)).toEqual([16_384]);
  type("a");
  type("b");
  await nextTurn();
  isBusy = false;
  type("c");
  await expect.poll(() => arrived.at(-1)).toContain("c");
  expect(lost).toEqual([83_616]);
  isBusy = true;
  type("d");
  await expect.poll(() => lost).toEqual([83_616, 1]);
});

it("what a terminal does not take is told on the screen, and the terminal goes on", async () => {
  await using harness = await openHarness();
  const { engine, folder } = harness;
  const started = await engine.startRun(
    { path: "/repo", text: "Fix it" },
    { kind: "person", id: "kim" },
  );
  if (started.kind === "rejected") throw new Error(started.message);
  while (engine.document(started.run)?.workspace.kind !== "ready") engine.step(started.run);
  const client = connectDaemon({ socketPath: `${folder}/run/daemon.sock`, version: "9.9.9" });
  const terminal = await client.openTerminal(started.run, { rows: 24, columns: 80 });
  const keyboard = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const signal = new AbortController().signal;
  const cli = { deps: { stdin: keyboard, stdout, stderr, signal } } as unknown as Cli;
  const ended = attach(cli, { client, terminal, keyboard });
  // The shell of this engine refuses this word.
  keyboard.write("full");
  let told = "";
  stderr.on("data", (chunk: Buffer) => (told += chunk.toString()));
  await expect
    .poll(() => told)
    .toBe(
      "\r\n[tutti: What runs here reads nothing now. Lost: 4 characters that were typed or pasted.]\r\n",
    );
  keyboard.write("exit\r");
  expect(await ended).toEqual({ reason: "exited", code: 3 });
});
