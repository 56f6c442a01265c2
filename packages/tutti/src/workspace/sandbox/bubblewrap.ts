import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { TuttiError } from "@tutti/protocol";

/** The system's own is preferred: profiles such as AppArmor's speak of that path. */
const SYSTEM_FOLDERS = ["/usr/bin", "/bin", "/usr/local/bin"];

/** First version that knows every option the fence uses. */
export const BUBBLEWRAP_MINIMUM = [0, 8] as const;

export function findBubblewrap(path: string = process.env["PATH"] ?? ""): string | null {
  const folders = [...SYSTEM_FOLDERS, ...path.split(delimiter)].filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, "bwrap")).find(isExecutable) ?? null;
}

export function requireBubblewrap(path?: string): string {
  const found = findBubblewrap(path);
  if (found === null) throw new TuttiError("sandbox.missing", "bubblewrap is not installed.");
  return found;
}

/** From the output of `bwrap --version`. */
export function isNewEnough(output: string): boolean {
  const [, major = "0", minor = "0"] = /(\d+)\.(\d+)/u.exec(output) ?? [];
  const [wantedMajor, wantedMinor] = BUBBLEWRAP_MINIMUM;
  return Number(major) > wantedMajor || Number(minor) >= wantedMinor;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
