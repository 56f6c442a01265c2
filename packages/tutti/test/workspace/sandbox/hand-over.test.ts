import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { connect, type Server } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { PassedListener } from "../../../src/engine/ports/sandbox.ts";
import { EGRESS_PORT } from "../../../src/workspace/sandbox/launcher.ts";
import {
  HOME_FILES_MAX,
  HOME_FILES_MAX_BYTES,
  LISTENERS_MAX,
} from "../../../src/workspace/sandbox/limits.ts";
import { rig, textOf } from "./rig.ts";

const PORT = 8484;

/** Answers every connection with one line and ends it. */
const saying = (port: number, words: string) => {
  const seen: Server[] = [];
  let connections = 0;
  const attach = (listening: Server): void => {
    seen.push(listening);
    listening.on("connection", (socket) => {
      connections += 1;
      socket.end(`${words}\n`);
    });
  };
  return { port, attach, seen, connections: () => connections };
};

const READ = `use IO::Socket::IP; for (@ARGV) {
  my $s = IO::Socket::IP->new(PeerHost => "127.0.0.1", PeerPort => $_) or do { print "none\\n"; next };
  print while <$s> }`;
const reading = (...ports: number[]) => ({
  command: ["perl", "-e", READ, ...ports.map(String)],
});

test("several ports are answered outside, each by its own listener, beside the egress proxy", async () => {
  using scene = rig();
  const decisions: unknown[] = [];
  await using running = await scene.start("", {
    command: [...reading(PORT, PORT + 1).command],
    egress: ["api.example.com:443"],
    onEgress: (decision) => decisions.push(decision),
    listeners: [saying(PORT, "models"), saying(PORT + 1, "tools")],
  });
  expect(await textOf(running.stdout)).toBe("models\ntools\n");
  expect(decisions).toEqual([]);
});

test("an HTTP server outside serves what is asked inside", async () => {
  using scene = rig();
  const http = createHttpServer((request, response) => response.end(`you asked ${request.url}\n`));
  const program = `fetch("http://127.0.0.1:${PORT}/v1/models").then((a) => a.text()).then((t) => process.stdout.write(t))`;
  const node = { source: process.execPath, target: "/run/node", access: "read-only" as const };
  await using running = await scene.start("", {
    command: ["/run/node", "-e", program],
    place: { ...scene.place, mounts: [...scene.place.mounts, node] },
    listeners: [
      {
        port: PORT,
        attach: (listening) =>
          listening.on("connection", (socket) => http.emit("connection", socket)),
      },
    ],
  });
  expect(await textOf(running.stdout)).toBe("you asked /v1/models\n");
  http.closeAllConnections();
});

test("a port is answered only in the fence that asked for it, and not on the host", async () => {
  using scene = rig();
  const other = saying(PORT, "models");
  await using first = await scene.start("cat", { listeners: [other] });
  await using second = await scene.start("", reading(PORT));
  expect(await textOf(second.stdout)).toBe("none\n");
  const host = connect(PORT, "127.0.0.1");
  await new Promise<void>((resolve) => {
    host
      .once("error", () => resolve())
      .once("data", () => resolve())
      .once("close", () => resolve());
  });
  host.destroy();
  expect(other.connections()).toBe(0);
  first.stdin.end();
  await first.exited;
});

test("the listening socket ends with the process", async () => {
  using scene = rig();
  const listener = saying(PORT, "models");
  const running = await scene.start("cat", { listeners: [listener] });
  const [server] = listener.seen;
  const closed = new Promise<void>((resolve) => server?.once("close", () => resolve()));
  expect(server?.listening).toBe(true);
  await running.stop(0);
  await closed;
  expect(server?.listening).toBe(false);
});

test("a process with ports and files has no descriptor and no variable of Tutti's", async () => {
  using scene = rig();
  await using running = await scene.start("ls /proc/self/fd; env | grep -c NODE_; true", {
    listeners: [saying(PORT, "x")],
    egress: ["api.example.com:443"],
    homeFiles: { "a.txt": "a" },
  });
  // The fourth is the listing's own; NODE_USE_ENV_PROXY comes with the way out.
  expect((await textOf(running.stdout)).split("\n").slice(0, 5)).toEqual(["0", "1", "2", "3", "1"]);
});

test("listeners beyond their bounds are refused in words", async () => {
  using scene = rig();
  const refused: readonly [string, readonly PassedListener[]][] = [
    ["same port", [saying(PORT, "a"), saying(PORT, "b")]],
    ["cannot be a listener's", [saying(EGRESS_PORT, "a")]],
    ["cannot be a listener's", [saying(80, "a")]],
    [
      "more than 8",
      Array.from({ length: LISTENERS_MAX + 1 }, (_, index) => saying(PORT + index, "a")),
    ],
  ];
  for (const [words, listeners] of refused)
    await expect(scene.start("true", { listeners })).rejects.toMatchObject({
      code: "sandbox.failed",
      message: expect.stringContaining(words),
    });
  expect(readdirSync(join(scene.data, "processes"))).toEqual([]);
});

test("listeners are refused without isolation: there is no loopback of its own", async () => {
  using scene = rig({ isolation: "none" });
  await expect(scene.start("true", { listeners: [saying(PORT, "a")] })).rejects.toMatchObject({
    code: "sandbox.failed",
    message: expect.stringContaining("without isolation"),
  });
});

describe.each(["sandbox", "none"] as const)("files for the home with isolation %s", (isolation) => {
  const scene = () => {
    const made = rig({ isolation });
    const home = join(made.folder, "home");
    const env = isolation === "none" ? { ...made.place.env, HOME: home } : made.place.env;
    return { ...made, home, place: { ...made.place, env }, [Symbol.dispose]: made[Symbol.dispose] };
  };

  test("are there before the command starts, private, over what was there, and nowhere in the process list", async () => {
    using made = scene();
    const { home, place } = made;
    writeFileSync(join(home, "old.txt"), "old", { mode: 0o644 });
    await using running = await made.start("cat ~/.agent/deep/config.toml ~/old.txt; cat", {
      place,
      homeFiles: { ".agent/deep/config.toml": 'key = "hidden-4712"\n', "old.txt": "new\n" },
    });
    const lines = readdirSync("/proc")
      .filter((name) => /^\d+$/u.test(name))
      .map((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, "latin1");
        } catch {
          return ""; // gone in between
        }
      });
    running.stdin.end();
    expect(await textOf(running.stdout)).toBe('key = "hidden-4712"\nnew\n');
    expect(lines.filter((line) => line.includes("hidden-4712"))).toEqual([]);
    expect(statSync(join(home, "old.txt")).mode & 0o777).toBe(0o600);
  });

  test("replace what an agent left in their way and never what it leads to", async () => {
    using made = scene();
    const { home, place, folder } = made;
    mkdirSync(join(folder, "outside"));
    writeFileSync(join(folder, "outside/precious"), "precious");
    symlinkSync(join(folder, "outside"), join(home, "linked-folder"));
    symlinkSync(join(folder, "outside/precious"), join(home, "linked-file"));
    symlinkSync(join(folder, "outside/made"), join(home, "dangling"));
    mkdirSync(join(home, "folder/inner"), { recursive: true });
    writeFileSync(join(home, "file"), "");
    const names = ["linked-folder/precious", "linked-file", "dangling", "folder", "file/below"];
    await using running = await made.start(`cat ${names.map((name) => `~/${name}`).join(" ")}`, {
      place,
      homeFiles: Object.fromEntries(names.map((name) => [name, `${name}\n`])),
    });
    expect(await textOf(running.stdout)).toBe(names.map((name) => `${name}\n`).join(""));
    expect(readdirSync(join(folder, "outside"))).toEqual(["precious"]);
    expect(readFileSync(join(folder, "outside/precious"), "utf8")).toBe("precious");
  });

  test("of up to a mebibyte arrive whole", async () => {
    using made = scene();
    const { place } = made;
    await using running = await made.start("wc -c < ~/big", {
      place,
      homeFiles: { big: "x".repeat(HOME_FILES_MAX_BYTES) },
    });
    expect((await textOf(running.stdout)).trim()).toBe(`${HOME_FILES_MAX_BYTES}`);
  });

  test("are refused beyond their bounds and out of the home", async () => {
    using made = scene();
    const { place } = made;
    const many = Object.fromEntries(
      Array.from({ length: HOME_FILES_MAX + 1 }, (_, index) => [`f${index}`, ""]),
    );
    const refused = [many, { big: "x".repeat(HOME_FILES_MAX_BYTES + 1) }];
    for (const homeFiles of refused)
      await expect(made.start("true", { place, homeFiles })).rejects.toMatchObject({
        code: "sandbox.failed",
      });
    for (const path of ["../up", "/etc/passwd", "a//b", "a/../../b", "", "a/./b"])
      await expect(made.start("true", { place, homeFiles: { [path]: "x" } })).rejects.toMatchObject(
        { code: "sandbox.path" },
      );
    expect(existsSync(join(made.folder, "up"))).toBe(false);
  });

  test("that cannot be written refuse the start with what hindered it", async () => {
    using made = scene();
    const env = { ...made.place.env, HOME: "/proc/no-home" };
    await expect(
      made.start("true", { place: { ...made.place, env }, homeFiles: { "a/b": "x" } }),
    ).rejects.toMatchObject({
      code: "sandbox.failed",
      message: expect.stringContaining("/proc/no-home"),
    });
    expect(readdirSync(join(made.data, "processes"))).toEqual([]);
  });
});
