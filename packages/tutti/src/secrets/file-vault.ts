/** Keys in an encrypted file of the data folder, for machines without a keyring. */
import { randomBytes } from "node:crypto";
import { closeSync, existsSync, openSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { TuttiError } from "@tutti/protocol";
import { writeFileAtomic } from "../platform/atomic-file.ts";
import { ensurePrivateFolder } from "../platform/paths.ts";
import { seal, unseal, type Values } from "./encrypted-file.ts";
import { readPrivateFile } from "./private-file.ts";

const SECRETS_FILE = "secrets.json";
const KEY_FILE = "secrets.key";
const LOCK_FILE = "secrets.lock";

/** Words from the environment are guessed at from a copy of the file; scrypt only slows that down. */
const WORDS_MIN_CHARACTERS = 16;
const KEY_FILE_BYTES = 32;
/** Another `tutti keys` writes for a moment only. */
const LOCK_TIMEOUT_MS = 20_000;
const LOCK_POLL_MS = 20;
/** A lock this old belongs to a process that was killed. */
const LOCK_STALE_MS = 30_000;

export type FileVaultOptions = {
  readonly dataFolder: string;
  readonly configFolder: string;
  /** `TUTTI_SECRETS_KEY`: words instead of a key file. */
  readonly words: string | undefined;
  /** A key file is made only where a person asked for a key to be kept. */
  readonly mayMakeKeyFile: boolean;
};

export type FileVault = {
  readonly read: () => Promise<Values>;
  readonly change: (edit: (values: Values) => Values) => Promise<void>;
};

export function openFileVault(options: FileVaultOptions): FileVault {
  const { dataFolder, configFolder } = options;
  const file = join(dataFolder, SECRETS_FILE);

  const wordsOf = (): string | null => {
    const { words } = options;
    if (words === undefined || words === "") return readPrivateFile(join(configFolder, KEY_FILE));
    if (words.length >= WORDS_MIN_CHARACTERS) return words;
    throw new TuttiError(
      "secrets.unavailable",
      `TUTTI_SECRETS_KEY has fewer than ${WORDS_MIN_CHARACTERS} characters.`,
    );
  };

  const read = async (): Promise<Values> => {
    const text = readPrivateFile(file);
    if (text === null) return {};
    const words = wordsOf();
    if (words === null)
      throw new TuttiError(
        "secrets.unreadable",
        `The key of ${file} is not there: neither TUTTI_SECRETS_KEY nor ${join(configFolder, KEY_FILE)}.`,
      );
    return await unseal(text, words);
  };

  const makeWords = (): string => {
    if (!options.mayMakeKeyFile || existsSync(file))
      throw new TuttiError("secrets.unavailable", "There is no key to encrypt keys with.");
    ensurePrivateFolder(configFolder);
    const words = randomBytes(KEY_FILE_BYTES).toString("base64url");
    writeFileAtomic(join(configFolder, KEY_FILE), `${words}\n`, { mode: 0o600 });
    return `${words}\n`;
  };

  return {
    read,
    change: async (edit) => {
      ensurePrivateFolder(dataFolder);
      using held = new DisposableStack();
      held.use(await lock(join(dataFolder, LOCK_FILE)));
      const values = await read();
      const words = wordsOf() ?? makeWords();
      writeFileAtomic(file, await seal(edit(values), words), { mode: 0o600 });
    },
  };
}

/** Between processes. Two changes at once would lose one of them. */
async function lock(path: string): Promise<Disposable> {
  const until = Date.now() + LOCK_TIMEOUT_MS;
  for (;;) {
    try {
      closeSync(openSync(path, "wx", 0o600));
      return { [Symbol.dispose]: () => rmSync(path, { force: true }) };
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
      if (isStale(path)) rmSync(path, { force: true });
      else if (Date.now() > until)
        throw new TuttiError("secrets.unavailable", `Another command is changing keys (${path}).`);
      else await delay(LOCK_POLL_MS);
    }
  }
}

function isStale(path: string): boolean {
  try {
    return Date.now() - statSync(path).mtimeMs > LOCK_STALE_MS;
  } catch {
    return false; // it has just been let go
  }
}
