import { createHash } from "node:crypto";
import { appendFileSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Under the agent's home, so that a restarted process goes on counting. */
const FOLDER = ".scripted-agent";

/**
 * Counts one more prompt of a step and returns how many there were, this one included. One byte is
 * appended for each: an append is atomic, so agents that share a home cannot lose a count.
 */
export const countPrompt = (script: string, step: string): number => {
  const folder = join(process.env["HOME"] ?? process.cwd(), FOLDER);
  const name = createHash("sha256").update(`${script}\n${step}`).digest("hex").slice(0, 24);
  const file = join(folder, name);
  mkdirSync(folder, { recursive: true });
  appendFileSync(file, ".");
  return statSync(file).size;
};
