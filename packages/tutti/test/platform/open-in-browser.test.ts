import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { openInBrowser } from "../../src/platform/open-in-browser.ts";

const SECRET = "one-time-code";
const URL_WITH_CODE = `http://127.0.0.1:4810/#code=${SECRET}`;
const DESKTOP = { DISPLAY: ":0" };

let folder: string;

/** A desktop whose opener writes down what it was given. */
const installOpener = (code: number): void => {
  const path = join(folder, "xdg-open");
  writeFileSync(
    path,
    `#!/bin/sh\ntr '\\0' '\\n' < /proc/$$/cmdline > "${folder}/arguments"\nexit ${code}\n`,
  );
  chmodSync(path, 0o755);
  vi.stubEnv("PATH", `${folder}:${process.env["PATH"]}`);
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tutti-desktop-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

it("gives the browser a file that only its user can read, and no argument with the link", async () => {
  installOpener(0);
  const state = join(folder, "state");
  expect(await openInBrowser(URL_WITH_CODE, { folder: state, env: DESKTOP })).toBe(true);
  const given = readFileSync(join(folder, "arguments"), "utf8");
  expect(given).not.toContain(SECRET);
  const path = given.trim().split("\n").at(-1) ?? "";
  expect(path.startsWith(`${state}/`)).toBe(true);
  expect(statSync(path).mode & 0o077).toBe(0);
  expect(statSync(state).mode & 0o077).toBe(0);
  expect(readFileSync(path, "utf8")).toContain(`content="0; url=${URL_WITH_CODE}"`);
});

it("says so where the desktop has no browser, and does nothing without a desktop", async () => {
  installOpener(3);
  const state = join(folder, "state");
  expect(await openInBrowser(URL_WITH_CODE, { folder: state, env: {} })).toBe(false);
  expect(() => statSync(state)).toThrow("ENOENT");
  expect(await openInBrowser(URL_WITH_CODE, { folder: state, env: DESKTOP })).toBe(false);
});
