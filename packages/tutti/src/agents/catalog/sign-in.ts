/** Logins that Tutti keeps for an agent (`credentials: inside`), one folder an agent, laid out like a home. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { CatalogEntry } from "./entry.ts";

/** Whether somebody has logged the agent in there. */
export const isSignedIn = ({ credentialFiles }: CatalogEntry, store: string): boolean =>
  credentialFiles.slice(0, 1).some((file) => existsSync(join(store, file)));

/** The command that writes a login there; null for an agent that cannot have one. */
export const signInCommand = ({ signIn }: CatalogEntry, store: string): string | null =>
  signIn === null ? null : `HOME=${quoted(store)} ${signIn}`;

/** As one word of a shell. */
const quoted = (path: string): string =>
  /^[\w./-]+$/u.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
