/** Samples made of published packages, with packages made for the test: no registry is asked. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { changedCode, published, type Published } from "../../src/demo/samples/published.ts";
import type { Files } from "../../src/demo/samples/sample.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const spec: Published = {
  name: "leftpad",
  about: "a package of this test",
  before: "1.0.0",
  after: "1.0.1",
  tape: "3.6.1",
  task: { title: "It breaks", text: "It breaks" },
  spec: "# Do not break\n",
  contract: {
    requirements: [
      { id: "R1", must: true, text: "WHEN called THE pad SHALL hold", check: { test: "pads" } },
    ],
  },
  plan: { items: [{ id: "P1", title: "Mend it", covers: ["R1"] }] },
  wrong: {
    note: "Not it.",
    edits: [{ path: "index.js", find: "bad", replace: "$& worse", isEvery: true }],
    test: { path: "test/pad.js", text: "test();\n" },
  },
  right: "It.",
  claim: {
    kind: "bug",
    severity: "P1",
    claim: "It still breaks",
    requirements: ["R1"],
    file: "test/pad.js",
    test: "pads",
    location: "index.js",
  },
};

/** A data folder in which both versions were fetched already. */
const dataWith = (before: Files, after: Files): string => {
  const data = mkdtempSync(join(tmpdir(), "tutti-published-"));
  folders.push(data);
  for (const [name, files] of Object.entries({ before, after })) {
    for (const [path, content] of Object.entries(files)) {
      const file = join(data, "samples/leftpad-1.0.0-1.0.1/node_modules", name, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
  }
  return data;
};

/** Nobody listens there any more, so it refuses at once. */
const closedPort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
};

const load = (data: string, env: Readonly<Record<string, string | undefined>> = {}) =>
  published(spec).load({
    folders: { data },
    env: { ...process.env, ...env },
    note: () => undefined,
    signal: new AbortController().signal,
  });

const BEFORE = { "index.js": "bad bad\n", "test/pad.js": "test one\n", "package.json": "{}" };
const AFTER = {
  "index.js": "good\n",
  "test/pad.js": "test one\ntest two\n",
  "package.json": '{"version":"2"}',
};

it("takes the final change and the reproduction from the fixed version, the rest from the one before", async () => {
  const sample = await load(dataWith(BEFORE, AFTER));
  expect(sample.files).toEqual(BEFORE);
  expect(sample.final.files).toEqual({
    "index.js": AFTER["index.js"],
    "test/pad.js": AFTER["test/pad.js"],
  });
  expect(sample.claim.reproduction).toEqual({
    files: [{ path: "test/pad.js", content: AFTER["test/pad.js"] }],
    run: "node node_modules/tape/bin/tape test/pad.js",
    test: "pads",
  });
});

it("makes the wrong fix by the edits of the script, to the letter", async () => {
  const sample = await load(dataWith(BEFORE, AFTER));
  expect(sample.first.files).toEqual({
    "index.js": "$& worse $& worse\n",
    "test/pad.js": "test one\ntest();\n",
  });
});

it("refuses a package in which the edits do not fit", async () => {
  const data = dataWith({ ...BEFORE, "index.js": "something else\n" }, AFTER);
  await expect(load(data)).rejects.toMatchObject({ code: "sample.unavailable" });
});

it("leaves release housekeeping out of the change", () => {
  const before = { "index.js": "1", ".travis.yml": "ci", "README.md": "old" };
  const after = { "index.js": "2", "new.js": "3", "README.md": "new", "package.json": "{}" };
  expect(changedCode(before, after)).toEqual({ "index.js": "2", "new.js": "3" });
});

it("says what is wrong and leaves nothing behind when the registry does not answer", async () => {
  const data = mkdtempSync(join(tmpdir(), "tutti-published-"));
  folders.push(data);
  const registry = {
    npm_config_registry: `http://127.0.0.1:${await closedPort()}/`,
    npm_config_cache: join(data, "npm"),
  };
  const failure = load(data, registry);
  await expect(failure).rejects.toMatchObject({
    code: "sample.unavailable",
    message: expect.stringMatching(/ECONNREFUSED/u),
  });
  expect(readdirSync(join(data, "samples"))).toEqual([]);
});
