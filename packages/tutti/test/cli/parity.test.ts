/** Whatever the command center can do, the command line can too: both are made of the same calls. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createClient } from "@tutti/client";
import { Command, ENGINE_COMMANDS } from "@tutti/protocol";
import { expect, it } from "vitest";

const PACKAGES = fileURLToPath(new URL("../../..", import.meta.url));

const textOf = (folder: string): string =>
  readdirSync(join(PACKAGES, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/u.test(name))
    .map((name) => readFileSync(join(PACKAGES, folder, name), "utf8"))
    .join("\n");

const CLI = textOf("tutti/src/cli");
const WEB = textOf("web/src");

const calls = Object.keys(
  createClient(() => {
    throw new Error("nothing is sent");
  }),
);
/** As `client.run(…)`, `(await cli.client()).run(…)` and `daemon.run(…)`. */
const uses = (text: string, call: string): boolean =>
  new RegExp(`(?:client|daemon)(?:\\(\\)\\s*\\))?\\s*\\.${call}\\(`, "iu").test(text);
const sends = (text: string, kind: string): boolean => text.includes(`kind: "${kind}"`);

/** Calls that no command makes, and why. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  session: "who asks at the socket is its user",
  signIn: "a browser's own; `tutti open` makes the link",
  signOut: "a browser's own",
  keys: "`tutti keys` reads the same store itself, with no daemon",
  setKey: "`tutti keys set`",
  removeKey: "`tutti keys rm`",
  follow: "`tutti watch` follows by its daemon's `events`",
};

it("a command makes each call of the client, but for those that are a browser's own", () => {
  const missing = calls.filter((call) => !uses(CLI, call));
  expect(missing.toSorted()).toEqual(Object.keys(ELSEWHERE).toSorted());
});

it("a command gives each order to a run that a person may give", () => {
  const kinds = Command.options
    .map(({ shape }) => shape.kind.value)
    .filter((kind) => !ENGINE_COMMANDS.some((engine) => engine === kind));
  expect(kinds.length).toBeGreaterThan(15);
  expect(kinds.filter((kind) => !sends(CLI, kind))).toEqual([]);
});

it("what the command center uses is part of this comparison", () => {
  expect(calls.filter((call) => uses(WEB, call)).length).toBeGreaterThan(20);
});
