/**
 * Device nodes for the fence of a daemon that is root. The host's own /dev/null belongs to root, and
 * an owner may change its mode, for the whole machine, without any capability. So the fence gets
 * copies that belong to nobody.
 */
import { chmodSync, chownSync, closeSync, mkdirSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Mount } from "../../engine/ports/place.ts";
import { run } from "../../platform/run-command.ts";

/** Major and minor number on Linux. */
const NODES = {
  full: [1, 7],
  null: [1, 3],
  random: [1, 8],
  tty: [5, 0],
  urandom: [1, 9],
  zero: [1, 5],
} as const;

const NOBODY = 65_534;

/** Makes the copies; `null` where root may not (no CAP_MKNOD, or a file system without devices). */
export async function makeDevices(folder: string): Promise<readonly Mount[] | null> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const made = await Promise.all(
    Object.entries(NODES).map(async ([name, [major, minor]]) => {
      const path = join(folder, name);
      const result = await run("mknod", [path, "c", `${major}`, `${minor}`], { cwd: "/" });
      return result.code === 0 ? { name, path } : null;
    }),
  );
  try {
    return made.map((node) => {
      if (node === null) throw new Error("mknod failed");
      chmodSync(node.path, 0o666);
      chownSync(node.path, NOBODY, NOBODY);
      // A terminal may be missing; the other nodes must open.
      if (node.name !== "tty") closeSync(openSync(node.path, "r"));
      return { source: node.path, target: `/dev/${node.name}`, access: "writable" };
    });
  } catch {
    return null; // as documented; `tutti doctor` says so
  }
}
