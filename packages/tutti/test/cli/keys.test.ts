import { userInfo } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { AuditPage } from "@tutti/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSecret } from "../../src/cli/terminal/read-secret.ts";
import type { Cli } from "../../src/cli/cli.ts";
import { type KeyNote, takeKeyNotes } from "../../src/secrets/key-notes.ts";
import { openHarness, type Harness } from "./harness.ts";

const NAME = "ACME_API_KEY";
const VALUE = "a value that is never shown";
let harness: Harness;
beforeAll(async () => {
  harness = await openHarness();
});
afterAll(() => harness[Symbol.asyncDispose]());

describe("tutti keys", () => {
  it("stores a key from standard input, lists its name and removes it", async () => {
    const set = await harness.tutti(["keys", "set", NAME], { stdin: `${VALUE}\n` });
    expect(set).toMatchObject({ code: 0, out: `${NAME} is kept in the encrypted file.\n` });
    const list = await harness.tutti(["keys", "ls", "--json"]);
    expect(JSON.parse(list.out)).toEqual({ keys: [{ name: NAME, source: "file" }] });
    expect(set.out + set.err + list.out + list.err).not.toContain(VALUE);
    expect(await harness.tutti(["keys", "rm", NAME])).toMatchObject({ code: 0 });
    expect(await harness.tutti(["keys", "rm", NAME])).toMatchObject({ code: 2 });
  });

  it("is in the audit, by name alone, whatever daemon is there or none", async () => {
    await using own = await openHarness();
    await own.tutti(["keys", "set", NAME], { stdin: VALUE });
    await own.tutti(["keys", "rm", NAME]);
    await own.tutti(["keys", "rm", NAME]);
    const { out } = await own.tutti(["audit", "--json"]);
    const { items } = AuditPage.parse(JSON.parse(out));
    expect(items.map(({ did, about, run }) => [did, about, run])).toEqual([
      ["key.removed", NAME, null],
      ["key.set", NAME, null],
    ]);
    expect(out).not.toContain(VALUE);
    const shown = await own.tutti(["audit"]);
    expect(shown.out.split("\n")[0]).toMatch(/ key\.removed +ACME_API_KEY$/u);
    await own.closeDaemon();
    const alone = await own.tutti(["keys", "set", NAME], { stdin: VALUE });
    expect(alone).toMatchObject({ code: 0, out: `${NAME} is kept in the encrypted file.\n` });
    expect(alone.err).toBe("");
    await own.tutti(["keys", "rm", NAME], { env: { TUTTI_ON_BEHALF: "a script" } });
    const notes: KeyNote[] = [];
    const data = join(own.folder, "data");
    let isFull = true;
    const record = async (note: KeyNote) => {
      if (isFull) throw new Error("the disk is full");
      notes.push(note);
    };
    await expect(takeKeyNotes(data, record)).rejects.toThrow("full");
    isFull = false;
    await takeKeyNotes(data, record);
    await takeKeyNotes(data, record);
    const by = userInfo().username;
    expect(notes).toEqual([
      { did: "key.set", about: NAME, at: expect.any(Number), by },
      { did: "key.removed", about: NAME, at: expect.any(Number), by, onBehalf: "a script" },
    ]);
  });

  it("refuses a value as an argument and a name that is no name, before it asks", async () => {
    expect(await harness.tutti(["keys", "set", NAME, VALUE])).toMatchObject({ code: 2 });
    const lower = await harness.tutti(["keys", "set", "acme"], { stdin: VALUE });
    expect(lower).toMatchObject({ code: 2 });
    expect(lower.err).toContain("ANTHROPIC_API_KEY");
  });

  it("says that a variable of the environment goes before what was stored", async () => {
    const set = await harness.tutti(["keys", "set", NAME], {
      stdin: VALUE,
      env: { [NAME]: "other" },
    });
    expect(set.err).toContain(`The environment variable ${NAME} goes before it.`);
  });
});

const typing = async (pieces: readonly string[]) => {
  const shown: string[] = [];
  const modes: boolean[] = [];
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (isRaw: boolean) => modes.push(isRaw),
  });
  for (const piece of pieces) stdin.write(piece);
  const stderr = { write: (text: string) => shown.push(text) };
  const cli = { deps: { stdin, stderr } } as unknown as Cli;
  const result = await readSecret(cli, "Value: ").catch((error: unknown) => error);
  return { result, shown: shown.join(""), modes };
};

describe("a value that is typed", () => {
  it("is not shown, may be corrected and pasted, and ends with Enter", async () => {
    const { result, shown, modes } = await typing([
      "wrong\u0015",
      "\u001b[200~se",
      "cX\u007fret\u001b[201~",
      "\r",
    ]);
    expect(result).toBe("secret");
    expect(shown).toBe("Value: \n");
    expect(modes).toEqual([true, false]);
  });

  it("is given up by Ctrl-C, and the terminal is as before", async () => {
    const { result, modes } = await typing(["sec", "\u0003"]);
    expect(result).toMatchObject({ code: "interrupted" });
    expect(modes).toEqual([true, false]);
  });
});
