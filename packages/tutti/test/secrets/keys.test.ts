import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TuttiError } from "@tutti/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSecrets } from "../../src/secrets/secrets.ts";

const NAME = "ACME_API_KEY";
const VALUE = "a value of 27 characters ;$";
const WORDS = "words that nobody guesses";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tutti-keys-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const folders = () => ({ data: join(folder, "data"), config: join(folder, "config") });
const file = () => join(folders().data, "secrets.json");
const keyFile = () => join(folders().config, "secrets.key");
const open = (
  environment: Readonly<Record<string, string>> = {},
  options: { mayMakeKeyFile?: boolean; onHandedOut?: (value: string) => void } = {},
) => openSecrets({ folders: folders(), environment, mayMakeKeyFile: true, ...options });
const codeOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    return `no error: ${JSON.stringify(await promise)}`;
  } catch (error) {
    return error instanceof TuttiError ? error.code : String(error);
  }
};

const other = (value: string | number): string | number =>
  typeof value === "number"
    ? value + 1
    : value.startsWith("A")
      ? `B${value.slice(1)}`
      : `A${value.slice(1)}`;

describe("a key", () => {
  it("is read by a daemon that runs already, from what a command stored", async () => {
    const daemon = open({}, { mayMakeKeyFile: false });
    expect(await daemon.get(NAME)).toBeNull();
    expect(await open().set(NAME, VALUE)).toEqual({ source: "file" });
    expect(await daemon.get(NAME)).toBe(VALUE);
    await open().set(NAME, `${VALUE} renewed`);
    expect(await daemon.get(NAME)).toBe(`${VALUE} renewed`);
    expect(await open().remove(NAME)).toBe(true);
    expect(await daemon.get(NAME)).toBeNull();
    expect(await open().remove(NAME)).toBe(false);
  });

  it("of the environment goes before a stored one, and its list says so", async () => {
    await open().set(NAME, VALUE);
    const secrets = open({ [NAME]: "from the environment", HOME: "/home/x", OTHER_API_KEY: "x" });
    expect(await secrets.get(NAME)).toBe("from the environment");
    expect(await secrets.list()).toEqual([
      { name: NAME, source: "environment" },
      { name: "OTHER_API_KEY", source: "environment" },
    ]);
    expect(await open().list()).toEqual([{ name: NAME, source: "file" }]);
  });

  it("is never taken from a variable that is no key, nor from Tutti's own", async () => {
    const secrets = open({ HOME: "/home/somebody", TUTTI_SECRETS_KEY: WORDS });
    expect(await secrets.get("HOME")).toBeNull();
    expect(await codeOf(secrets.get("TUTTI_SECRETS_KEY"))).toBe("usage");
    expect(await codeOf(secrets.get("../secrets"))).toBe("usage");
  });

  it("is told to whoever keeps records clean before it is handed out", async () => {
    const known: string[] = [];
    await open().set(NAME, VALUE);
    await open({}, { onHandedOut: (value) => known.push(value) }).get(NAME);
    expect(known).toEqual([VALUE]);
  });

  it("must have a length that can be kept out of records, and no control characters", async () => {
    expect(await codeOf(open().set(NAME, "short"))).toBe("usage");
    expect(await codeOf(open().set(NAME, "x".repeat(5000)))).toBe("usage");
    expect(await codeOf(open().set(NAME, "\u001b[200~pasted"))).toBe("usage");
    expect(existsSync(file())).toBe(false);
  });
});

describe("the encrypted file", () => {
  it("and its key are for this user only, and hold no value in the clear", async () => {
    await open().set(NAME, VALUE);
    for (const path of [file(), keyFile()]) expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(file(), "utf8")).not.toContain(VALUE);
    expect(readFileSync(file(), "utf8")).not.toContain(NAME);
  });

  it("needs no key file where words are given, and refuses words that are easily guessed", async () => {
    await open({ TUTTI_SECRETS_KEY: WORDS }).set(NAME, VALUE);
    expect(existsSync(keyFile())).toBe(false);
    expect(await open({ TUTTI_SECRETS_KEY: WORDS }).get(NAME)).toBe(VALUE);
    expect(await codeOf(open({ TUTTI_SECRETS_KEY: "short" }).get(NAME))).toBe(
      "secrets.unavailable",
    );
  });

  it("is refused with a wrong key, and without one", async () => {
    await open({ TUTTI_SECRETS_KEY: WORDS }).set(NAME, VALUE);
    expect(await codeOf(open({ TUTTI_SECRETS_KEY: `${WORDS}!` }).get(NAME))).toBe(
      "secrets.unreadable",
    );
    expect(await codeOf(open().get(NAME))).toBe("secrets.unreadable");
    expect(await codeOf(open().set(NAME, VALUE))).toBe("secrets.unreadable");
    expect(existsSync(keyFile())).toBe(false);
  });

  it("is refused after any change to any part of it", async () => {
    await open({ TUTTI_SECRETS_KEY: WORDS }).set(NAME, VALUE);
    const whole: Record<string, string | number> = JSON.parse(readFileSync(file(), "utf8"));
    for (const [part, value] of Object.entries(whole)) {
      writeFileSync(file(), JSON.stringify({ ...whole, [part]: other(value) }), { mode: 0o600 });
      const code = await codeOf(open({ TUTTI_SECRETS_KEY: WORDS }).get(NAME));
      expect(`${part}: ${code}`).toBe(`${part}: secrets.unreadable`);
    }
    for (const text of ["", "{}", readFileSync(file(), "utf8").slice(0, -40)]) {
      writeFileSync(file(), text, { mode: 0o600 });
      const code = await codeOf(open({ TUTTI_SECRETS_KEY: WORDS }).get(NAME));
      expect(code).toBe("secrets.unreadable");
    }
  });

  it("is refused when others may read it or its key, or when it is a link", async () => {
    await open().set(NAME, VALUE);
    for (const path of [file(), keyFile()]) {
      chmodSync(path, 0o640);
      expect(await codeOf(open().get(NAME))).toBe("secrets.exposed");
      chmodSync(path, 0o600);
    }
    expect(await open().get(NAME)).toBe(VALUE);
    writeFileSync(join(folder, "elsewhere"), readFileSync(file()), { mode: 0o600 });
    rmSync(file());
    symlinkSync(join(folder, "elsewhere"), file());
    expect(await codeOf(open().get(NAME))).toBe("secrets.exposed");
  });

  it("is made by a person's command only", async () => {
    const daemon = open({}, { mayMakeKeyFile: false });
    expect(await codeOf(daemon.set(NAME, VALUE))).toBe("secrets.unavailable");
    expect(existsSync(keyFile())).toBe(false);
  });

  it("loses nothing when several commands store keys at once", async () => {
    await open().set(NAME, VALUE);
    const names = ["ONE_API_KEY", "TWO_API_KEY", "THREE_API_KEY", "FOUR_API_KEY"];
    await Promise.all(names.map((name) => open().set(name, `${VALUE} of ${name}`)));
    expect((await open().list()).map(({ name }) => name)).toEqual([...names, NAME].toSorted());
  });
});

/** Speaks as libsecret's program does, keeps values in a folder, and writes down its arguments. */
const SECRET_TOOL = `#!/bin/sh
here="$(dirname "$0")"
printf '%s\\n' "$*" >> "$here/arguments"
env > "$here/environment"
[ -e "$here/locked" ] && { echo "secret-tool: the keyring is locked" >&2; exit 1; }
verb="$1"; shift
for last; do :; done
case "$verb" in
  lookup) [ -e "$here/items/$last" ] || exit 1; cat "$here/items/$last" ;;
  store) cat > "$here/items/$last" ;;
  clear) rm -f "$here/items/$last" ;;
  search) for item in "$here"/items/*; do
    [ -e "$item" ] || exit 0
    echo "[/org/freedesktop/secrets/collection/login/1]"; echo "secret = $(cat "$item")"
    echo "attribute.name = $(basename "$item")" >&2; done ;;
esac
`;

const tool = () => join(folder, "tool");
const environment = () => ({
  PATH: `${tool()}:/usr/bin:/bin`,
  DBUS_SESSION_BUS_ADDRESS: "unix:path=/nowhere",
  UNRELATED_API_KEY: "must not be handed to the program",
});

describe("the keyring", () => {
  beforeEach(() => {
    mkdirSync(join(tool(), "items"), { recursive: true });
    writeFileSync(join(tool(), "secret-tool"), SECRET_TOOL, { mode: 0o755 });
  });

  it("keeps a key where there is one, and the value is in no argument", async () => {
    expect(await open(environment()).set(NAME, VALUE)).toEqual({ source: "keyring" });
    expect(await open(environment()).get(NAME)).toBe(VALUE);
    expect(await open(environment()).list()).toContainEqual({ name: NAME, source: "keyring" });
    expect(await open(environment()).remove(NAME)).toBe(true);
    expect(await open(environment()).get(NAME)).toBeNull();
    expect(readFileSync(join(tool(), "arguments"), "utf8")).not.toContain(VALUE);
    expect(readFileSync(join(tool(), "environment"), "utf8")).not.toContain("UNRELATED");
    expect(existsSync(file())).toBe(false);
  });

  it("gives way to the file where it does not answer", async () => {
    writeFileSync(join(tool(), "locked"), "");
    expect(await open(environment()).set(NAME, VALUE)).toEqual({ source: "file" });
    expect(await open(environment()).get(NAME)).toBe(VALUE);
  });

  it("is not asked without a bus of the session", async () => {
    const { PATH } = environment();
    expect(await open({ PATH }).set(NAME, VALUE)).toEqual({ source: "file" });
    expect(existsSync(join(tool(), "arguments"))).toBe(false);
    expect(execFileSync("/bin/ls", [join(tool(), "items")]).toString()).toBe("");
  });
});
