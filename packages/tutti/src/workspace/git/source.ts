/** The user's repository as it is: where its objects lie, how complete they are, whose it is. */
import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { TuttiError } from "@tutti/protocol";
import { fields, type Caller, type Git, type GitOutput } from "./git.ts";

export type Identity = { readonly name: string; readonly email: string };

export type Source = {
  /** Top of the work tree. */
  readonly root: string;
  /** Own git folder; of a linked work tree not the common one. */
  readonly gitDir: string;
  readonly commonDir: string;
  /** Object stores: the repository's own first, then every alternate, absolute. */
  readonly objects: readonly string[];
  readonly format: "sha1" | "sha256";
  /** The file that lists where history was cut off, when it was. */
  readonly shallowFile: string | null;
  /** Objects may be missing, to be fetched from a promisor on demand. */
  readonly isPartial: boolean;
  /** Who commits here; null when the user never said. */
  readonly identity: Identity | null;
  /** Names of content filters in the user's configuration, all switched off for our calls but LFS. */
  readonly filters: readonly string[];
  /** What the user ignores everywhere. */
  readonly excludesFile: string;
};

/** git follows alternates this deep. */
const ALTERNATES_MAX_DEPTH = 5;
const ALTERNATES_MAX = 32;

const FACTS =
  "^(user\\.(name|email)|filter\\..*|core\\.excludesfile|remote\\..*\\.(promisor|partialclonefilter)|extensions\\.partialclone)$";

const isFolder = (path: string): boolean => {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false; // not there, or no name of anything
  }
};

/** Throws `repository.none`, `repository.bare` or `git.failed`. */
export async function openSource(git: Git, path: string): Promise<Source> {
  await git.requireVersion();
  if (!isFolder(path)) throw new TuttiError("repository.none", `There is no folder ${path}.`);
  const cwd = realpathSync(path);
  const asked = await git.call(
    [
      "rev-parse",
      "--path-format=absolute",
      "--is-bare-repository",
      "--absolute-git-dir",
      "--git-common-dir",
      "--git-path",
      "objects",
      "--git-path",
      "shallow",
      "--show-object-format",
      "--show-toplevel",
    ],
    { cwd, accept: [128] },
  );
  const [isBare, gitDir, commonDir, objects, shallow, format, root, ...rest] = asked.stdout
    .trimEnd()
    .split("\n");
  if (isBare === "true") {
    throw new TuttiError("repository.bare", `${path} is a bare repository.`, { facts: { path } });
  }
  if (asked.code !== 0 || !gitDir || !commonDir || !objects || !shallow || !root) {
    throw notARepository(path, asked);
  }
  if (rest.length > 0) throw new TuttiError("git.failed", `${path}: a line break in its path.`);
  const settings = await readSettings(git, cwd);
  return {
    root,
    gitDir,
    commonDir,
    objects: objectStores(objects),
    format: format === "sha256" ? "sha256" : "sha1",
    shallowFile: existsSync(shallow) ? shallow : null,
    ...settings,
  };
}

function notARepository(path: string, asked: GitOutput): TuttiError {
  const words = asked.stderr.trim();
  if (words.includes("dubious ownership")) {
    return new TuttiError(
      "git.failed",
      `${path} belongs to another user. If you trust it: git config --global --add safe.directory ${path}`,
      { facts: { path } },
    );
  }
  return new TuttiError("repository.none", `${path} is not inside a git work tree.`, {
    facts: { path, git: words.slice(0, 300) },
  });
}

async function readSettings(
  git: Git,
  cwd: string,
): Promise<Pick<Source, "isPartial" | "identity" | "filters" | "excludesFile">> {
  const text = await git.userConfig(["-z", "--get-regexp", FACTS], { cwd });
  let name: string | null = null;
  let email: string | null = null;
  let isPartial = false;
  let excludesFile = join(git.userConfigFolder, "ignore");
  const filters = new Set<string>();
  for (const field of fields(text)) {
    const cut = field.indexOf("\n");
    const key = cut === -1 ? field : field.slice(0, cut);
    const value = cut === -1 ? "" : field.slice(cut + 1);
    if (key === "user.name") name = value;
    else if (key === "user.email") email = value;
    else if (key === "core.excludesfile") excludesFile = git.inUserHome(value);
    else if (key.startsWith("filter.")) filters.add(key.slice(7, key.lastIndexOf(".")));
    else isPartial = true;
  }
  const identity = name && email ? { name, email } : null;
  return { identity, filters: [...filters], isPartial, excludesFile };
}

/** The stores git would look into, flattened: relative entries count only at the first level. */
function objectStores(first: string): readonly string[] {
  const stores: string[] = [];
  const visit = (store: string, depth: number): void => {
    const real = existsSync(store) ? realpathSync(store) : store;
    if (stores.includes(real) || depth > ALTERNATES_MAX_DEPTH) return;
    if (stores.length >= ALTERNATES_MAX || real.includes("\n")) {
      throw new TuttiError("git.failed", `Too many or unusable alternates below ${first}.`);
    }
    stores.push(real);
    for (const entry of alternatesOf(real)) {
      if (isAbsolute(entry)) visit(entry, depth + 1);
      else if (depth === 0) visit(resolve(real, entry), depth + 1);
    }
  };
  visit(first, 0);
  return stores;
}

function alternatesOf(store: string): string[] {
  const file = join(store, "info/alternates");
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map(unquote);
}

/** Entries with unusual bytes are written as C strings. */
function unquote(line: string): string {
  if (!line.startsWith('"') || !line.endsWith('"')) return line;
  const bytes: number[] = [];
  const body = Buffer.from(line.slice(1, -1));
  const letters: Record<string, number> = { n: 10, t: 9, r: 13, a: 7, b: 8, v: 11, f: 12 };
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at] ?? 0;
    const octal = /^\\([0-7]{3})/u.exec(body.subarray(at, at + 4).toString("latin1"))?.[1];
    if (byte !== 92) bytes.push(byte);
    else if (octal !== undefined) {
      bytes.push(Number.parseInt(octal, 8));
      at += 3;
    } else {
      at += 1;
      const next = body[at] ?? 92;
      bytes.push(letters[String.fromCodePoint(next)] ?? next);
    }
  }
  return Buffer.from(bytes).toString();
}

/** `info/alternates` for a repository that borrows from these stores. */
export const alternatesFile = (stores: readonly string[]): string =>
  stores.map((store) => `${/^["#]/u.test(store) ? JSON.stringify(store) : store}\n`).join("");

/**
 * Calls in the user's repository. Its configuration is the user's, but what lies in its tree may
 * come from an agent: filters are off, so that an attribute cannot choose one to run.
 */
export function inSource(git: Git, source: Source): Caller {
  const isLfsUsed = source.filters.includes("lfs");
  const off = source.filters
    .filter((name) => name !== "lfs" || !isLfsUsed)
    .flatMap((name) => [
      `filter.${name}.clean=`,
      `filter.${name}.smudge=`,
      `filter.${name}.process=`,
      `filter.${name}.required=false`,
    ]);
  const lfs = isLfsUsed
    ? [
        "filter.lfs.clean=git-lfs clean -- %f",
        "filter.lfs.smudge=git-lfs smudge --skip -- %f",
        "filter.lfs.process=git-lfs filter-process --skip",
        "filter.lfs.required=true",
      ]
    : [];
  const config = [...off, ...lfs, `core.excludesFile=${source.excludesFile}`];
  return (args, call) => git.call(args, { cwd: source.root, ...call, config });
}
