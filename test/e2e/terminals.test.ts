/** Terminals inside the fence of a run, by the command line and the interface: who writes what, and how one ends. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createDaemon, type Daemon, happened, jsonOf } from "../fixtures/daemon.ts";
import { survivors, touching } from "../fixtures/processes.ts";
import { createProject, EMPTY_REVIEW, REPOSITORY } from "../fixtures/project.ts";
import { SIGNED } from "../fixtures/signed.ts";

const SIZE = { rows: 24, columns: 80 };

const projectOf = () =>
  createProject({
    agents: {
      alto: {
        family: "anthropic",
        script: {
          name: "alto",
          turns: [
            {
              step: "implement",
              do: [{ do: "write", path: "NOTES.md", content: "the agent's\n" }],
            },
          ],
        },
      },
      tenor: { family: "openai", script: EMPTY_REVIEW },
    },
    checks: { there: { run: "test -e sum.mjs", timeout: "30s" } },
    workflows: { signed: SIGNED },
  });

const waitingRun = async ({ tutti }: Daemon): Promise<string> =>
  jsonOf(await tutti(["run", "Note it", "--workflow", "signed", "--wait", "--json"])).run;

/** Types a line and waits until all of it is done. */
const does = async ({ client }: Daemon, { run, id }: { run: string; id: string }, line: string) => {
  await client.typeInTerminal({ run, id }, `${line}\recho do''ne-$((40+2))\r`);
  const stop = new AbortController();
  let text = "";
  for await (const news of client.readTerminal(
    { run, id },
    { signal: stop.signal, onLost: () => 50 },
  )) {
    if (news.kind === "output") text += Buffer.from(news.bytes).toString();
    if (text.includes("done-42")) break;
  }
  stop.abort();
  return text;
};

it("a terminal whose workspace cannot be reached says why, later too; one whose tree is lost finds it made anew", async () => {
  using project = projectOf();
  await using daemon = createDaemon(project);
  const { client, tutti } = daemon;
  const run = await waitingRun(daemon);
  const folder = join(daemon.data, "runs", run);
  renameSync(folder, `${folder}.away`);
  writeFileSync(folder, "");
  await expect(client.openTerminal(run, SIZE)).rejects.toMatchObject({ code: "workspace.failed" });
  const refused = await tutti(["shell", run], { input: "cat NOTES.md" });
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("ENOTDIR")]);
  const failures = (await client.terminals(run)).map(({ ended }) => ended?.failure);
  const failure = { code: "workspace.failed", detail: expect.stringContaining("ENOTDIR") };
  expect(failures).toMatchObject([failure, failure]);

  rmSync(folder);
  renameSync(`${folder}.away`, folder);
  rmSync(join(folder, "tree"), { recursive: true });
  const again = await tutti(["shell", run], { input: "cat NOTES.md" });
  expect([again.code, again.stdout]).toEqual([0, "the agent's\n"]);
});

it("a terminal of who took the workspace writes it, ends when it is given back, and is in the record under their name", async () => {
  using project = projectOf();
  await using daemon = createDaemon(project);
  const { client, tutti } = daemon;
  const run = await waitingRun(daemon);
  const looking = await client.openTerminal(run, SIZE);
  expect(looking).toMatchObject({ access: "read-only", isolation: "sandbox", ended: null });
  const looked = await does(
    daemon,
    looking,
    'cat NOTES.md; echo x > mine.txt; echo x > "$TUTTI_ARTIFACTS/spec.md"; echo x > ~/planted',
  );
  expect(looked).toContain("the agent's");
  expect(looked.match(/Read-only file system/gu)).toHaveLength(3);

  await tutti(["take", run]);
  const working = await client.openTerminal(run, SIZE);
  expect(working.access).toBe("writable");
  await does(
    daemon,
    working,
    "echo 'by hand' > mine.txt; (while :; do echo on > still.txt; done) &",
  );
  const given = jsonOf(await tutti(["give", run, "--wait", "--json"]));
  expect(given.families.authors).toEqual(["anthropic", "human"]);
  const terminals = await client.terminals(run);
  expect(terminals.map(({ id, ended }) => [id, ended?.reason ?? null])).toEqual([
    [looking.id, null],
    [working.id, "given"],
  ]);
  const events = await client.eventsOf(run, { after: 0 });
  const kinds = events.flatMap(({ body, actor }) =>
    body.type.startsWith("terminal.") || body.type.startsWith("workspace.g")
      ? [`${body.type} ${actor.kind}`]
      : [],
  );
  expect(kinds).toEqual([
    "terminal.opened person",
    "terminal.opened person",
    "terminal.closed system",
    "workspace.given person",
  ]);
  // Nothing writes any more: what was committed is what is there.
  expect(touching([project.folder]).filter(({ about }) => about.includes("still.txt"))).toEqual([]);
});

it("nothing is left of a terminal whose daemon is killed, and the record says that it was lost", async () => {
  using project = projectOf();
  await using daemon = createDaemon(project);
  const { client } = daemon;
  const run = await waitingRun(daemon);
  const { id } = await client.openTerminal(run, SIZE);
  await does(
    daemon,
    { run, id },
    `setsid sleep 300 & (trap '' HUP TERM; exec -a ${id} sleep 300) &`,
  );
  const held = touching([id]);
  expect(held.length).toBeGreaterThan(0);
  await daemon.kill();
  expect(await survivors(held, 5000)).toEqual([]);
  await client.health();
  const closed = await happened(client, run, ({ body }) => body.type === "terminal.closed");
  expect(closed.body).toMatchObject({ terminal: id, reason: "lost" });
  await expect(client.typeInTerminal({ run, id }, "x")).rejects.toMatchObject({
    code: "terminal.unknown",
  });
});

it("`tutti shell` on a terminal is one in the fence: keys, sizes and the shell's code pass through", async () => {
  using project = projectOf();
  await using daemon = createDaemon(project);
  const run = await waitingRun(daemon);
  const program = join(REPOSITORY, "packages/tutti/bin/tutti.mjs");
  const command = `stty rows 33 columns 99; exec '${process.execPath}' '${program}' shell ${run}`;
  const child = spawn("script", ["-q", "-f", "-e", "-c", command, "/dev/null"], {
    cwd: project.root,
    env: { ...daemon.env, SHELL: "/bin/sh" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  const shows = (part: RegExp) => expect.poll(() => text, { timeout: 15_000 }).toMatch(part);
  await shows(/A shell in the fence of r-.*read-only here.*\$ $/su);
  // The shell itself may be between two commands; a program of its own is in front when it says so.
  child.stdin.write(
    "stty size; ls /home; cat /root/.bashrc; sh -c 'echo be\"\"gun; exec sleep 300'\r",
  );
  await shows(/33 99\r+\nagent\r+\n.*bashrc: (?:No such file|Permission denied).*\nbegun/su);
  child.stdin.write("\u0003");
  await shows(/\^C.*\$ $/su);
  // More than a terminal holds at once: a character of three bytes may come in two pieces.
  child.stdin.write(`xx='${"€".repeat(5000)}'; y=\${xx//[^€]/}; echo told-\${#y}\r`);
  await shows(/told-5000\r/u);
  child.stdin.write("exit 7\r");
  const [code] = await once(child, "exit");
  expect(code).toBe(7);
  const [terminal] = await daemon.client.terminals(run);
  expect(terminal?.ended).toMatchObject({ reason: "exited", code: 7 });
});

it("`tutti shell < script` runs it in the fence by the daemon: its words as they are, its code, and the record", async () => {
  using project = projectOf();
  await using daemon = createDaemon(project);
  const run = await waitingRun(daemon);
  const program = join(REPOSITORY, "packages/tutti/bin/tutti.mjs");
  const shell = async (script: string, isLeftOpen = false) => {
    const child = spawn(process.execPath, [program, "shell", run], {
      cwd: project.root,
      env: daemon.env,
      stdio: "pipe",
    });
    const said = { out: "", err: "" };
    child.stdout.setEncoding("latin1").on("data", (chunk: string) => (said.out += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (said.err += chunk));
    child.stdin.on("error", () => undefined);
    child.stdin.write(script);
    if (!isLeftOpen) child.stdin.end();
    const [code] = await once(child, "close");
    return { code, ...said };
  };
  const wrong =
    "cat NOTES.md; printf 'tab\\t\\0\\377'; echo wrong >&2; echo x > mine.txt; exit 5\n";
  const first = await shell(wrong);
  expect(first).toMatchObject({ code: 5, out: "the agent's\ntab\t\0\u00ff" });
  expect(first.err).toMatch(/^wrong\n.*mine\.txt: Read-only file system\n$/u);
  // More than the daemon keeps, and a standard input that never ends.
  const much = await shell("head -c 5000000 /dev/zero; exit 3\n", true);
  expect({ code: much.code, length: much.out.length, err: much.err }).toEqual({
    code: 3,
    length: 5_000_000,
    err: "",
  });
  const long = "é€😀".repeat(100_000);
  expect(await shell(`wc -c <<'END'\n${long}\nEND\n`)).toEqual({
    code: 0,
    out: "900001\n",
    err: "",
  });
  const terminals = await daemon.client.terminals(run);
  expect(terminals.map(({ kind, ended }) => [kind, ended?.reason, ended?.code])).toEqual([
    ["script", "exited", 5],
    ["script", "exited", 3],
    ["script", "exited", 0],
  ]);
  const events = await daemon.client.eventsOf(run, { after: 0 });
  const opened = events.filter(({ body }) => body.type === "terminal.opened");
  expect(opened.map(({ actor }) => actor.kind)).toEqual(["person", "person", "person"]);
});

it("an interrupted `tutti shell < script` ends what the script began, and the record says who did", async () => {
  using project = projectOf();
  await using daemon = createDaemon(project);
  const run = await waitingRun(daemon);
  const program = join(REPOSITORY, "packages/tutti/bin/tutti.mjs");
  const child = spawn(process.execPath, [program, "shell", run], {
    cwd: project.root,
    env: daemon.env,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const said = once(child.stdout, "data");
  child.stdin.write(`echo begun; exec -a of-${run} sleep 300\n`);
  await said;
  const held = touching([`of-${run}`]);
  expect(held.length).toBeGreaterThan(0);
  child.kill("SIGINT");
  const [code] = await once(child, "exit");
  expect(code).toBe(130);
  expect(await survivors(held, 5000)).toEqual([]);
  const closed = await happened(daemon.client, run, ({ body }) => body.type === "terminal.closed");
  expect([closed.actor.kind, closed.body]).toMatchObject(["person", { reason: "closed" }]);
});
