/** The user's own configuration, as `tutti init` reads it and adds folders to it. */
import { existsSync, mkdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { withFolders } from "../config/agree.ts";
import { lacksAgreement, readLine } from "../config/agreed-folders.ts";
import type { Detected } from "../config/detect/detect.ts";
import { USER_CONFIG_FILE } from "../config/open.ts";
import { NO_USER, type ParsedUserConfig, parseUserConfig } from "../config/parse.ts";
import { writeFileAtomic } from "../platform/atomic-file.ts";
import { readHost } from "../platform/tool-places.ts";
import type { Cli } from "./cli.ts";

export type OwnFile = {
  readonly path: string;
  readonly text: string;
  readonly parsed: ParsedUserConfig;
};

export async function readOwnFile({ deps }: Cli): Promise<OwnFile> {
  const path = join(deps.folders.config, USER_CONFIG_FILE);
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  return { path, text, parsed: parseUserConfig(text, path, { catalog: await deps.catalog() }) };
}

type Read = Detected["read"];

/** Which folders a repository may show by its own word, and which the user's file still has to name. */
export function shareOut(
  cli: Cli,
  file: OwnFile,
  read: Read,
): { readonly project: Read; readonly own: Read } {
  const host = readHost(cli.deps.env);
  const { sandbox } = file.parsed.kind === "config" ? file.parsed.config : NO_USER;
  const needs = (path: string, user: readonly string[]): boolean =>
    lacksAgreement(path, { user, host }) !== null;
  return {
    project: read.filter(({ path }) => !needs(path, [])),
    own: read.filter(({ path }) => needs(path, sandbox.read)),
  };
}

/** What was, or would have to be, added to the user's file. */
export type Agreement = {
  readonly path: string;
  readonly read: Read;
  readonly written: boolean;
};

export async function agree(cli: Cli, file: OwnFile, read: Read): Promise<Agreement> {
  const { path, text } = file;
  const folders = read.map((one) => one.path);
  const catalog = await cli.deps.catalog();
  const changed = folders.length === 0 ? null : withFolders(text, folders, { catalog });
  if (changed === null) return { path, read, written: false };
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const isThere = existsSync(path);
  // Where it is a link into somebody's collection of settings, it stays one.
  const target = isThere ? realpathSync(path) : path;
  const mode = isThere ? statSync(target).mode & 0o777 : 0o600;
  writeFileAtomic(target, changed, { mode });
  return { path, read, written: true };
}

/** What a person still has to write. */
export function agreementNotes({ path, read, written }: Agreement): readonly string[] {
  if (read.length === 0 || written) return [];
  const line = readLine(read.map((one) => one.path));
  return [`A repository alone must not show these folders. Add to your own ${path}: ${line}`];
}
