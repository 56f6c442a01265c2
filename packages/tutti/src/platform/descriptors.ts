/**
 * Descriptors that this process inherited and would pass on to every program it starts. Node opens
 * everything close-on-exec and marks low inherited descriptors so at its start, but stops at the
 * first gap: one with a high number, left open by whoever started Tutti, goes through to every
 * child. Node has no call to mark one later; it can only be closed.
 */
import { closeSync, readFileSync, readdirSync } from "node:fs";

const CLOSE_ON_EXEC = 0o2000000;
const LAST_STANDARD = 2;

/** Open descriptors above 2 that children would inherit. */
export function inheritedDescriptors(): number[] {
  return readdirSync("/proc/self/fd")
    .map(Number)
    .filter((descriptor) => descriptor > LAST_STANDARD && isPassedOn(descriptor));
}

/** For the start of the daemon, before anything else is open. Returns how many were closed. */
export function closeInheritedDescriptors(): number {
  const inherited = inheritedDescriptors();
  for (const descriptor of inherited) closeSync(descriptor);
  return inherited.length;
}

function isPassedOn(descriptor: number): boolean {
  try {
    const info = readFileSync(`/proc/self/fdinfo/${descriptor}`, "utf8");
    const flags = /flags:\s+(?<octal>\d+)/u.exec(info)?.groups?.["octal"] ?? "0";
    return (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0;
  } catch {
    return false; // it was the listing's own and is closed again
  }
}
