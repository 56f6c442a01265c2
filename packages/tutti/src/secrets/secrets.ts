/**
 * The Secrets port. A key is looked for in the environment, then in the keyring, then in the
 * encrypted file, each time anew: what `tutti keys` stored is there for a daemon that runs already.
 */
import { TuttiError } from "@tutti/protocol";
import type { Secrets, SecretSource } from "../engine/ports/secrets.ts";
import type { Folders } from "../platform/paths.ts";
import { openFileVault } from "./file-vault.ts";
import { openKeyring } from "./keyring.ts";
import { KNOWN_MAX_CHARACTERS, KNOWN_MIN_CHARACTERS } from "./redact/known-values.ts";
import { checkSecretName, mayComeFromEnvironment } from "./secret-name.ts";

export type SecretsOptions = {
  readonly folders: Pick<Folders, "config" | "data">;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** For a person's command; a daemon makes no key file. */
  readonly mayMakeKeyFile?: boolean;
  /** Sees each value that is handed out, before it is. */
  readonly onHandedOut?: (value: string) => void;
};

/** Words that the encrypted file's key is made of, where no key file is wanted. */
const WORDS_VARIABLE = "TUTTI_SECRETS_KEY";

export function openSecrets(options: SecretsOptions): Secrets {
  const { folders, environment, mayMakeKeyFile = false, onHandedOut } = options;
  const keyring = openKeyring(environment);
  const vault = openFileVault({
    dataFolder: folders.data,
    configFolder: folders.config,
    words: environment[WORDS_VARIABLE],
    mayMakeKeyFile,
  });
  const fromEnvironment = (name: string): string | null => {
    const value = mayComeFromEnvironment(name) ? environment[name]?.trim() : undefined;
    return value === undefined || value === "" ? null : value;
  };
  const handOut = (value: string | null): string | null => {
    if (value !== null) onHandedOut?.(value);
    return value;
  };
  return {
    get: async (name) => {
      checkSecretName(name);
      const value = fromEnvironment(name) ?? (await keyring.get(name));
      return handOut(value ?? (await vault.read())[name] ?? null);
    },
    set: async (name, value) => {
      checkSecretName(name);
      checkValue(value);
      onHandedOut?.(value);
      if (await keyring.set(name, value)) return { source: "keyring" };
      await vault.change((values) => ({ ...values, [name]: value }));
      return { source: "file" };
    },
    remove: async (name) => {
      checkSecretName(name);
      const wasInKeyring = await keyring.remove(name);
      const isInFile = Object.hasOwn(await vault.read(), name);
      if (isInFile)
        await vault.change((values) =>
          Object.fromEntries(Object.entries(values).filter(([other]) => other !== name)),
        );
      return wasInKeyring || isInFile;
    },
    list: async () => {
      const found = new Map<string, SecretSource>();
      for (const name of Object.keys(await vault.read())) found.set(name, "file");
      for (const name of await keyring.names()) found.set(name, "keyring");
      for (const name of Object.keys(environment)) {
        if (fromEnvironment(name) !== null && (found.has(name) || name.endsWith("_API_KEY")))
          found.set(name, "environment");
      }
      return [...found]
        .map(([name, source]) => ({ name, source }))
        .toSorted((left, right) => left.name.localeCompare(right.name));
    },
  };
}

function checkValue(value: string): void {
  if (value.length < KNOWN_MIN_CHARACTERS || value.length > KNOWN_MAX_CHARACTERS)
    throw new TuttiError(
      "usage",
      `A key has ${KNOWN_MIN_CHARACTERS} to ${KNOWN_MAX_CHARACTERS} characters; this one has ${value.length}.`,
    );
  if (/[\p{Cc}&&[^\n]]/v.test(value))
    throw new TuttiError("usage", "The key has control characters in it: was it pasted whole?");
}
