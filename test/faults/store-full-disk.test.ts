import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const PROGRAM = join(import.meta.dirname, "programs/store-without-space.ts");
const UNSHARE = ["--user", "--map-root-user", "--mount"];
const DISK = "size=4m";
/** Largest file, in blocks of 512 bytes: a log of 2 MiB. */
const FILE_BLOCKS = 4096;

const canMount =
  spawnSync("unshare", [...UNSHARE, "mount", "-t", "tmpfs", "tmpfs", tmpdir()]).status === 0;
if (!canMount)
  process.stderr.write("skipped: full disk (no user namespace to mount a small disk in)\n");

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tutti-full-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** What the program saw; the code is that of a refused write. */
const expectRecovery = (output: string, code: string): void => {
  const seen = JSON.parse(output);
  const { version } = seen;
  expect(version).toBeGreaterThan(10);
  expect(seen).toEqual({
    version,
    refusal: code,
    group: [code, code, code],
    blob: code,
    flush: code,
    whileFull: { head: version, document: version, transcript: 1 },
    after: "stored",
    reopened: { isContiguous: true, events: version + 1, head: version + 1, transcript: 1 },
  });
};

describe("a store whose disk takes no more", () => {
  it.skipIf(!canMount)(
    "refuses with disk.full, keeps what it had, and goes on when space returns",
    () => {
      const script = `mount -t tmpfs -o ${DISK} tmpfs "$0" && exec "$@"`;
      const command = [
        ...UNSHARE,
        "sh",
        "-c",
        script,
        folder,
        process.execPath,
        PROGRAM,
        folder,
        "ballast",
      ];
      expectRecovery(execFileSync("unshare", command, { encoding: "utf8" }), "disk.full");
    },
  );

  it("does the same when writes fail for another reason", () => {
    const script = `ulimit -S -f ${FILE_BLOCKS} && exec "$@"`;
    const command = ["-c", script, "sh", process.execPath, PROGRAM, folder, "limit"];
    expectRecovery(execFileSync("sh", command, { encoding: "utf8" }), "store.failed");
  });
});
