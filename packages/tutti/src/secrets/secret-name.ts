/** Names of secrets are names of environment variables. */
import { TuttiError } from "@tutti/protocol";

const NAME = /^[A-Z][A-Z0-9_]{0,99}$/u;
/** What a variable of a key is called. Others are never read: `HOME` is not a key. */
const OF_A_KEY = /(?:^|_)(?:KEY|TOKEN|SECRET|PASSWORD|PAT)$/u;
/** Tutti's own variables are not keys of providers. */
const OWN = /^TUTTI_/u;

/** TuttiError `usage` for what is no name of a secret. */
export function checkSecretName(name: string): void {
  if (NAME.test(name) && !OWN.test(name)) return;
  throw new TuttiError(
    "usage",
    "The name of a key is that of an environment variable, such as ANTHROPIC_API_KEY.",
  );
}

export const mayComeFromEnvironment = (name: string): boolean =>
  NAME.test(name) && OF_A_KEY.test(name) && !OWN.test(name);

/** Shorter ones are settings. In characters. */
const VALUE_MIN_CHARACTERS = 16;

/** Values of an environment that are keys by their name and form; `SSH_KEY=/home/me/.ssh/id` is a path. */
export const keysIn = (environment: Readonly<Record<string, string | undefined>>): string[] =>
  Object.entries(environment).flatMap(([name, value = ""]) =>
    OF_A_KEY.test(name) && value.length >= VALUE_MIN_CHARACTERS && !/^[./~]|\s/u.test(value)
      ? [value]
      : [],
  );
