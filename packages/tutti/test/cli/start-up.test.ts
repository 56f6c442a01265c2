/**
 * What is loaded before a command does anything. Time itself is measured by the bench; this keeps
 * the reason for it true: the schemas and the web framework are not among what is loaded.
 */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const SOURCE = fileURLToPath(new URL("../../src", import.meta.url));
const STATIC_IMPORT = /^(?:import|export)\s(?!type\b)[^;]*?from\s+"([^"]+)";/gmu;
const SIDE_EFFECT = /^import\s+"([^"]+)";/gmu;

/** Packages that the static imports of a file reach. */
function packagesOf(file: string, seen = new Set<string>()): Set<string> {
  const packages = new Set<string>();
  if (seen.has(file)) return packages;
  seen.add(file);
  const text = readFileSync(file, "utf8");
  for (const [, name = ""] of [...text.matchAll(STATIC_IMPORT), ...text.matchAll(SIDE_EFFECT)]) {
    if (name.startsWith("node:")) continue;
    if (!name.startsWith(".")) packages.add(name);
    else for (const found of packagesOf(resolve(dirname(file), name), seen)) packages.add(found);
  }
  return packages;
}

const reached = (...files: readonly string[]): string[] =>
  [...new Set(files.flatMap((file) => [...packagesOf(`${SOURCE}/${file}`)]))].toSorted();

describe("start-up", () => {
  it("of --version loads no package but the codes of errors", () => {
    expect(reached("main.ts", "cli/run-cli.ts")).toEqual(["@tutti/protocol/errors"]);
  });

  it("of a command that asks the daemon loads no schemas", () => {
    const packages = reached(
      "main.ts",
      "cli/dispatch.ts",
      "cli/parse-input.ts",
      "cli/commands/tasks.ts",
      "cli/commands/show.ts",
      "cli/commands/approve.ts",
      "cli/commands/watch.ts",
      "client/daemon-client.ts",
      "client/start-daemon.ts",
    );
    expect(packages).toEqual([
      "@tutti/client",
      "@tutti/client/api-error",
      "@tutti/client/events",
      "@tutti/client/transport",
      "@tutti/protocol/errors",
      "commander",
    ]);
  });
});
