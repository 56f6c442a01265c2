/** What a browser is sent, as it was built before the tests. */
import { createRequire } from "node:module";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";

/** Whose schemas they are. */
const PROTOCOL = createRequire(import.meta.resolve("@tutti/protocol"));
const DIST = fileURLToPath(new URL("../dist", import.meta.url));
const FIRST_LOAD_MAX_BYTES = 250_000;
/** Words of zod that no minifier takes out. */
const SCHEMA_WORDS = ["ZodError", "invalid_union", "unrecognized_keys"];

type Chunk = { readonly file: string; readonly imports?: string[]; readonly isEntry?: boolean };

const manifest = (): Record<string, Chunk> =>
  JSON.parse(readFileSync(join(DIST, ".vite/manifest.json"), "utf8"));

/** The entry and all that it imports at once. */
function firstFiles(): string[] {
  const chunks = manifest();
  const needed = new Set<string>();
  const need = (name: string): void => {
    if (needed.has(name)) return;
    needed.add(name);
    for (const other of chunks[name]?.imports ?? []) need(other);
  };
  for (const [name, { isEntry }] of Object.entries(chunks)) if (isEntry === true) need(name);
  return [...needed].flatMap((name) => chunks[name]?.file ?? []);
}

it("the scripts of the first load are at most 250 kB, packed", () => {
  const sizes = firstFiles().map((file) => gzipSync(readFileSync(join(DIST, file))).length);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThanOrEqual(FIRST_LOAD_MAX_BYTES);
});

it("no script holds schemas", () => {
  const zod = PROTOCOL.resolve("zod");
  const core = readFileSync(join(zod, "../v4/core/schemas.js"), "utf8");
  expect(SCHEMA_WORDS.some((word) => core.includes(word))).toBe(true);
  const assets = join(DIST, "assets");
  const scripts = readdirSync(assets).filter((name) => name.endsWith(".js"));
  expect(scripts.length).toBeGreaterThan(3);
  const holding = scripts.filter((name) => {
    const text = readFileSync(join(assets, name), "utf8");
    return SCHEMA_WORDS.some((word) => text.includes(word));
  });
  expect(holding).toEqual([]);
});
