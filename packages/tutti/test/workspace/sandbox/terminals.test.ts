/** A shell on a terminal of its own inside the fence, and what it can not do. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { once } from "node:events";
import { buffer as bytesOf } from "node:stream/consumers";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Terminal } from "../../../src/engine/ports/terminal.ts";
import { createTerminals, SCRIPT } from "../../../src/workspace/sandbox/terminals.ts";
import { readProcesses, hasEnvironmentLine } from "../../../src/platform/process-table.ts";
import { rig, type Rig } from "./rig.ts";

const SIZE = { rows: 30, columns: 100 };

async function open(scene: Rig) {
  const terminal = await createTerminals(scene.sandbox).open(
    { place: scene.place, egress: [], owner: "terminal-test" },
    { kind: "screen", size: SIZE, signal: new AbortController().signal },
  );
  let text = "";
  terminal.output.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const shows = (part: string | RegExp): Promise<void> =>
    expect.poll(() => text, { timeout: 10_000 }).toMatch(part);
  await shows(/\$ $/u);
  return { terminal, shows, text: () => text };
}

/** Types a line and waits until all of it has been done. */
async function does({ terminal, shows }: Opened, line: string): Promise<void> {
  terminal.write(`${line}; echo do''ne-$((40+2))\r`);
  await shows("done-42");
}
type Opened = {
  readonly terminal: Terminal;
  readonly shows: (part: RegExp | string) => Promise<void>;
};

describe.each(["sandbox", "none"] as const)("a terminal with isolation %s", (isolation) => {
  test("is a terminal of the size that was asked for, and of the next one", async () => {
    using scene = rig({ isolation });
    const { terminal, shows } = await open(scene);
    terminal.write("tty; stty size\r");
    await shows(/\/dev\/pts\/\d+\r\n30 100\r\n/u);
    terminal.resize({ rows: 41, columns: 133 });
    terminal.write("while [ \"$(stty size)\" != '41 133' ]; do :; done; stty size\r");
    await shows(/41 133\r\n/u);
    expect(await terminal.stop()).toMatchObject({ ended: "stopped" });
  });

  test("sends the keyboard's interrupt to what runs in it, and ends with its shell's code", async () => {
    using scene = rig({ isolation });
    const { terminal, shows } = await open(scene);
    terminal.write("sh -c 'echo be\"\"gun; exec sleep 300'\r");
    await shows("begun");
    terminal.write("\u0003");
    await shows(/\^C[^$]*\$ $/u);
    terminal.write("exit 7\r");
    expect((await terminal.exited).code).toBe(7);
    expect(readdirSync(join(scene.data, "processes"))).toEqual([]);
  });

  test("runs a script without a screen: its two streams as they are, and its code", async () => {
    using scene = rig({ isolation });
    const script = await createTerminals(scene.sandbox).open(
      { place: scene.place, egress: [], owner: "terminal-test" },
      { kind: "script", size: SIZE, signal: new AbortController().signal },
    );
    script.write(
      "tty; read line; echo \"got $line\" >&2\n\\u00fc and x\nprintf 'a\\0\\377\\n'; exit 9",
    );
    script.endInput();
    const [output, errors] = await Promise.all([
      bytesOf(script.output),
      bytesOf(script.errors ?? script.output),
    ]);
    expect(output.toString("latin1")).toBe("not a tty\na\0\u00ff\n");
    expect(errors.toString()).toBe("got u00fc and x\n");
    expect((await script.exited).code).toBe(9);
  });

  test("hands over what the maker of the terminal says where it makes none, and its code", async () => {
    using scene = rig({ isolation });
    const launch: typeof scene.sandbox.launch = (spec, options) =>
      scene.sandbox.launch({ ...spec, command: [SCRIPT, "--no-such-option"] }, options);
    const terminal = await createTerminals({ launch }).open(
      { place: scene.place, egress: [], owner: "terminal-test" },
      { kind: "screen", size: SIZE, signal: new AbortController().signal },
    );
    const errors = await bytesOf(terminal.errors ?? terminal.output);
    expect(errors.toString()).toContain("--no-such-option");
    expect((await terminal.exited).code).toBe(1);
  });

  test("leaves nothing of what was begun in it when it is stopped", async () => {
    using scene = rig({ isolation });
    const opened = await open(scene);
    await does(
      opened,
      `export LEFT=${scene.folder}; setsid sleep 300 & (trap '' HUP; sleep 300 &)`,
    );
    const mark = (): number =>
      readProcesses().filter(({ pid }) => hasEnvironmentLine(pid, `LEFT=${scene.folder}`)).length;
    expect(mark()).toBeGreaterThan(0);
    await opened.terminal.stop();
    expect(mark()).toBe(0);
  });
});

/** What is done in a terminal, seen from the host. */
async function attack(isolation: "sandbox" | "none") {
  using scene = rig({ isolation });
  const secret = join(scene.folder, "secret");
  const planted = join(scene.folder, "planted");
  const loot = join(scene.place.root, "loot");
  writeFileSync(secret, "the-key-4711");
  await using server = createServer((socket) => socket.end("reached"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // A process of the user's that was given a key, as agents of others are.
  const keyed = spawn("sleep", ["300"], { env: { KEY: "the-env-key-4711" } });
  onTestFinished(() => void keyed.kill("SIGKILL"));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const opened = await open(scene);
  await does(
    opened,
    [
      `echo out > ${planted}`,
      `cat ${secret} > ${loot}`,
      `cat /proc/*/environ 2>/dev/null | tr '\\0' '\\n' >> ${loot}`,
      `(exec 3<>/dev/tcp/127.0.0.1/${port} && cat <&3 >> ${loot})`,
      `echo in > ${join(scene.place.root, "inside")}`,
    ].join("; "),
  );
  await opened.terminal.stop();
  const found = readFileSync(loot, "utf8");
  return {
    "writes the workspace": existsSync(join(scene.place.root, "inside")),
    "writes outside": existsSync(planted),
    "reads a key's file": found.includes("the-key-4711"),
    "sees a key in an environment": found.includes("the-env-key-4711"),
    "reaches a port of this machine": found.includes("reached"),
  };
}

test("a write outside, a key and the network are out of reach of a terminal inside the fence", async () => {
  expect(await attack("none")).toEqual({
    "writes the workspace": true,
    "writes outside": true,
    "reads a key's file": true,
    "sees a key in an environment": true,
    "reaches a port of this machine": true,
  });
  expect(await attack("sandbox")).toEqual({
    "writes the workspace": true,
    "writes outside": false,
    "reads a key's file": false,
    "sees a key in an environment": false,
    "reaches a port of this machine": false,
  });
}, 30_000);
