import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createLogins } from "../../src/agents/acp/logins.ts";
import { catalog } from "../../src/agents/catalog/catalog.ts";
import { isSignedIn, signInCommand } from "../../src/agents/catalog/sign-in.ts";
import { scratch, write } from "../workspace/support.ts";

const programsOf = ({ distribution }: (typeof catalog)[number]): string[] =>
  distribution.kind === "npm"
    ? [distribution.program, ...distribution.needs.map(({ program }) => program)]
    : [distribution.program];

describe.each(catalog.map((entry) => [entry.id, entry] as const))("%s", (_id, entry) => {
  test("is signed in by a program that its package installs, and then has a file", () => {
    expect(entry.signIn === null).toBe(entry.credentialFiles.length === 0);
    const named = [entry.signIn, entry.printToken].flatMap(
      (command) => command?.split(" ").find((word) => !word.includes("=")) ?? [],
    );
    expect(named.filter((program) => !programsOf(entry).includes(program))).toEqual([]);
  });

  test("counts as signed in with the file that holds its login, and with nothing less", () => {
    using place = scratch("sign-in");
    const [login, ...others] = entry.credentialFiles;
    write(place.folder, Object.fromEntries(others.map((file) => [file, "{}"])));
    expect(isSignedIn(entry, place.folder)).toBe(false);
    if (login !== undefined) write(place.folder, { [login]: "{}" });
    expect(isSignedIn(entry, place.folder)).toBe(login !== undefined);
  });
});

test("the command writes into Tutti's folder, whatever that is called", () => {
  const [claude] = catalog;
  if (claude === undefined) throw new Error("the catalogue is empty");
  expect(signInCommand(claude, "/data/logins/claude-code")).toBe(
    "HOME=/data/logins/claude-code claude-agent-acp --cli auth login",
  );
  const odd = { ...claude, signIn: `sh -c 'printf %s "$HOME"'` };
  const folder = join("/tmp", "it's $HOME", "claude-code");
  const command = signInCommand(odd, folder) ?? "";
  expect(execFileSync("/bin/sh", ["-c", command], { encoding: "utf8" })).toBe(folder);
});

test("a session that was to use a login which cannot be is told so, and no folder is made", async () => {
  using place = scratch("no-login");
  const fence = {
    root: place.folder,
    artifacts: place.folder,
    mounts: [],
    env: {},
    maxBytes: 1,
    tmpBytes: 1,
    isolation: "sandbox" as const,
  };
  const kimi = catalog.find(({ id }) => id === "kimi");
  if (kimi === undefined) throw new Error("kimi is not in the catalogue");
  const folder = join(place.folder, "logins");
  const taken = createLogins(folder).take(kimi, fence, new AbortController().signal);
  await expect(taken).rejects.toMatchObject({
    failure: expect.objectContaining({ code: "agent.login" }),
    message: expect.stringContaining("leave `credentials: inside` out"),
  });
  expect(existsSync(folder)).toBe(false);
});
