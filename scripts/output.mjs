// Where the scripts stand and how they speak.
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** Root of the checkout. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Progress goes to stderr, so that what a script prints stays clean. */
export function say(message) {
  process.stderr.write(`tutti: ${message}\n`);
}

/** Prints why and ends the process with code 1. */
export function stop(message) {
  say(message);
  process.exit(1);
}
