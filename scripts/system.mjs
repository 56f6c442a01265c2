// Programs of the system that Tutti cannot bring along itself.
import { spawnSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { say, stop } from "./output.mjs";

/** Command → Debian package that has it. */
const needed = { bwrap: "bubblewrap", git: "git" };

/** The browser that tests drive, and what makes pictures of the command center. */
export const browser = { chromium: "chromium" };

/**
 * Installs what is missing when this is root on Debian or Ubuntu, else says how and ends.
 * `more`: needed beside what every command needs.
 */
export function ensureSystem(more = {}) {
  const wanted = { ...needed, ...more };
  const missing = Object.keys(wanted).filter((command) => !isOnPath(command));
  if (missing.length === 0) return;
  const packages = missing.map((command) => wanted[command]).join(" ");
  const install = `apt-get update && apt-get install -y --no-install-recommends ${packages}`;
  const hasApt = isOnPath("apt-get");
  if (process.getuid?.() !== 0 || !hasApt) {
    const how = hasApt
      ? `sudo sh -c '${install}'`
      : `install with your package manager: ${packages}`;
    stop(`missing: ${missing.join(", ")}. Run:\n\n  ${how}\n`);
  }
  say(`missing: ${missing.join(", ")}; running: ${install}`);
  const { status } = spawnSync("sh", ["-c", install], {
    stdio: ["ignore", 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  if (status !== 0) stop(`could not install ${packages}; see above.`);
}

function isOnPath(command) {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    const file = join(folder, command);
    try {
      accessSync(file, constants.X_OK);
      return statSync(file).isFile();
    } catch {
      return false; // Not there, or not ours to run: the next folder may have it.
    }
  });
}
