import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeFileAtomic } from "../../src/platform/atomic-file.ts";
import { randomIds } from "../../src/platform/ids.ts";
import { createLog, openFileLog } from "../../src/platform/log.ts";
import {
  ensurePrivateFolder,
  foldersOf,
  SOCKET_PATH_MAX_BYTES,
  socketPath,
} from "../../src/platform/paths.ts";
import { requireLinux } from "../../src/platform/support.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tutti-files-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test("an atomic write replaces the file as a whole and leaves nothing beside it", () => {
  const path = join(folder, "a");
  writeFileAtomic(path, "one");
  writeFileAtomic(path, new Uint8Array([116, 119, 111]), { mode: 0o644, isDurable: false });
  expect(readFileSync(path, "utf8")).toBe("two");
  expect(statSync(path).mode & 0o777).toBe(0o644);
  expect(readdirSync(folder)).toEqual(["a"]);
});

test("an atomic write that fails leaves the old content and no temporary file", () => {
  mkdirSync(join(folder, "a"));
  writeFileSync(join(folder, "a/kept"), "kept");
  expect(() => writeFileAtomic(join(folder, "a"), "new")).toThrow(/EISDIR|ENOTEMPTY|EEXIST/u);
  expect(readdirSync(folder)).toEqual(["a"]);
  expect(existsSync(join(folder, "a/kept"))).toBe(true);
});

test("the folders follow XDG, and TUTTI_DATA_DIR takes sockets and logs with it", () => {
  expect(
    foldersOf({ HOME: "/h", XDG_RUNTIME_DIR: "/run/user/7", XDG_STATE_HOME: "relative" }),
  ).toEqual({
    config: "/h/.config/tutti",
    data: "/h/.local/share/tutti",
    state: "/h/.local/state/tutti",
    runtime: "/run/user/7/tutti",
  });
  expect(foldersOf({ HOME: "/h", XDG_CONFIG_HOME: "/c", TUTTI_DATA_DIR: "/d" })).toEqual({
    config: "/c/tutti",
    data: "/d",
    state: "/d/state",
    runtime: "/d/run",
  });
});

test("a socket's path always fits the kernel", () => {
  const short = foldersOf({ HOME: "/h", TUTTI_DATA_DIR: "/d" });
  expect(socketPath(short, "daemon.sock")).toBe("/d/run/daemon.sock");
  const deep = foldersOf({ HOME: "/h", TUTTI_DATA_DIR: `/${"deep/".repeat(40)}` });
  const path = socketPath(deep, "daemon.sock");
  expect(Buffer.byteLength(path)).toBeLessThanOrEqual(SOCKET_PATH_MAX_BYTES);
  expect(socketPath(deep, "daemon.sock")).toBe(path);
});

test("a private folder is closed to others, also when it was open before", () => {
  const path = join(folder, "deep/private");
  expect(ensurePrivateFolder(path)).toBe(path);
  expect(statSync(path).mode & 0o777).toBe(0o700);
  mkdirSync(join(folder, "open"), { mode: 0o755 });
  ensurePrivateFolder(join(folder, "open"));
  expect(statSync(join(folder, "open")).mode & 0o777).toBe(0o700);
  writeFileSync(join(folder, "file"), "");
  expect(() => ensurePrivateFolder(join(folder, "file"))).toThrow("EEXIST");
});

test("a private folder that cannot be made is an error at once", () => {
  // In /proc the parent is there and nothing can be made: a recursive mkdir of Node looks for ever.
  expect(() => ensurePrivateFolder("/proc/tutti-nowhere/data")).toThrow("ENOENT");
  symlinkSync(join(folder, "nowhere"), join(folder, "dangling"));
  expect(() => ensurePrivateFolder(join(folder, "dangling/data"))).toThrow(/EEXIST|ENOENT/u);
});

test("a log line is one JSON object, below its level silent, and hostile text cannot add a line", () => {
  const lines: string[] = [];
  const log = createLog({ now: () => 0, write: (line) => lines.push(line) });
  log.debug("quiet");
  log.warn("loud", { name: "a\nb\u001B[2J", count: 2, event: "forged", long: "x".repeat(10_000) });
  expect(lines).toHaveLength(1);
  const [line = ""] = lines;
  expect(line.trimEnd()).not.toMatch(/\p{Cc}/u);
  expect(JSON.parse(line)).toMatchObject({
    at: "1970-01-01T00:00:00.000Z",
    level: "warn",
    event: "loud",
    name: "a\nb\u001B[2J",
    count: 2,
  });
  expect(line.length).toBeLessThan(5000);
});

test("a file log appends", () => {
  const path = join(folder, "log");
  for (const event of ["one", "two"]) {
    using log = openFileLog(path);
    log.info(event);
  }
  const events = readFileSync(path, "utf8").trim().split("\n");
  expect(events.map((line) => JSON.parse(line).event)).toEqual(["one", "two"]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("ids are of the shape the protocol wants, and differ", () => {
  const ids = Array.from({ length: 1000 }, () => randomIds.run());
  for (const id of ids) expect(id).toMatch(/^r-[a-z2-7]{12}$/u);
  expect(new Set(ids).size).toBe(ids.length);
});

test.each([
  ["darwin", "macOS"],
  ["win32", "Windows"],
  ["freebsd", "freebsd"],
])("%s is refused by its name", (platform, name) => {
  expect(() => requireLinux(platform)).toThrow(name);
  expect(() => requireLinux("linux")).not.toThrow();
});
