/**
 * The oracle guard, first part: flags of a diff that touches what judges it. It reads paths and
 * changed lines only and decides nothing; a flag waits for a person.
 */
import type { CheckConfig, GuardFlag } from "@tutti/protocol";
import type { Diff } from "../../engine/ports/workspaces.ts";
import { matches } from "../../domain/glob.ts";
import { readPackageJson } from "./package-json.ts";
import { parsePatch, type PatchFile } from "./patch.ts";
import { isTestPath, matchesOrLiesIn, PATH_RULES, type PathRule } from "./path-rules.ts";
import { readTestLines } from "./test-lines.ts";

export type GuardOptions = {
  readonly checks: readonly CheckConfig[];
  /** From `filesBehind`: what the checks run without naming it. */
  readonly scripts?: readonly string[];
  /** The project's own globs; a folder's name stands for everything in it. */
  readonly protectedGlobs: readonly string[];
};

type ChangedFile = Diff["files"][number];

/** Languages whose tests may stand beside the code that they test. */
const INLINE_TESTS = /\.rs$/u;
/** Text in which tests are written; other files of a test are data. */
const SOURCE = /\.(?:[cm]?[jt]sx?|py|rb|go|rs|java|kt|cs|php|swift|sh|t|feature|json|ya?ml|toml)$/u;

type Lines = { readonly patch: PatchFile | null; readonly isComplete: boolean };

export function guardDiff(diff: Diff, options: GuardOptions): readonly GuardFlag[] {
  const read = readPatches(diff);
  const named = new Set(options.checks.flatMap(({ run }) => pathsIn(run)));
  const scripts = new Set(options.scripts);
  return diff.files.flatMap((file) => {
    const lines = read(file.path);
    const paths = file.from === null ? [file.path] : [file.path, file.from];
    return distinct([
      ...flagProtected(paths, options.protectedGlobs),
      ...flagNamed(paths, named),
      ...flagScripts(paths, scripts),
      ...flagRules(file, paths, lines),
      ...flagTest(file, lines.patch),
      ...flagPackage(file, lines.patch),
      ...flagUnread(file, lines),
    ]);
  });
}

/** A file whose type changes stands twice in a patch. The last one of a cut-off patch may be cut off too. */
function readPatches(diff: Diff): (path: string) => Lines {
  const files = parsePatch(diff.patch);
  const byPath = new Map<string, PatchFile>();
  for (const file of files) {
    const before = byPath.get(file.path);
    const hunks = [...(before?.hunks ?? []), ...file.hunks];
    const hasCutLines = file.hasCutLines || before?.hasCutLines === true;
    byPath.set(file.path, { path: file.path, hunks, hasCutLines });
  }
  const cutOff = diff.truncated ? files.at(-1)?.path : undefined;
  return (path) => {
    const patch = byPath.get(path) ?? null;
    const isThere = patch === null ? !diff.truncated : !patch.hasCutLines;
    const isComplete = path !== cutOff && isThere;
    return { patch, isComplete };
  };
}

function flagProtected(paths: readonly string[], globs: readonly string[]): GuardFlag[] {
  return paths.flatMap((path) => {
    const glob = globs.find((one) => matchesOrLiesIn(one, path));
    if (glob === undefined) return [];
    return [flag("policy-edited", path, `The project protects ${glob}.`)];
  });
}

/** A test that a check names by its path may be edited as any other test. */
function flagNamed(paths: readonly string[], named: ReadonlySet<string>): GuardFlag[] {
  return paths
    .filter((path) => named.has(path) && !isTestPath(path))
    .map((path) => flag("check-edited", path, "A check's command names it."));
}

function flagScripts(paths: readonly string[], scripts: ReadonlySet<string>): GuardFlag[] {
  return paths
    .filter((path) => namesOf(path).some((name) => scripts.has(name)) && !isTestPath(path))
    .map((path) => flag("check-edited", path, "A script that a check runs names it."));
}

/** A module may be named without its extension, or by its folder. */
const namesOf = (path: string): readonly string[] => [
  path,
  path.replace(/\.\w+$/u, ""),
  path.replace(/\/index\.\w+$/u, ""),
];

function pathsIn(command: string): string[] {
  return command.split(/[\s;&|()<>"'`=]+/u).map((word) => word.replace(/^(?:\.\/)+/u, ""));
}

function flagRules(file: ChangedFile, paths: readonly string[], lines: Lines): GuardFlag[] {
  const isFound = (rule: PathRule, path: string): boolean =>
    rule.globs.some((glob) => matches(glob, path)) &&
    (rule.lines === undefined || file.status !== "modified" || isTouched(lines, rule.lines));
  return paths.flatMap((path) =>
    PATH_RULES.filter((rule) => isFound(rule, path)).map((rule) =>
      flag(rule.kind, path, rule.detail),
    ),
  );
}

/** Whether a change stands in a hunk that speaks of it, so that the lines around say where it is. */
function isTouched({ patch, isComplete }: Lines, form: RegExp): boolean {
  if (patch === null || !isComplete || patch.hunks.length === 0) return true;
  return patch.hunks.some((hunk) => hunk.some(({ text }) => form.test(text)));
}

function flagTest(file: ChangedFile, patch: PatchFile | null): GuardFlag[] {
  const { status, from, path } = file;
  if (status === "renamed" && from !== null && isTestPath(from)) {
    const renamed = flag("test-renamed", path, `It was ${from} before.`);
    return [renamed, ...(patch === null ? [] : readTestLines(patch, "changed"))];
  }
  if (!isTestPath(path)) {
    const isInline = INLINE_TESTS.test(path) && status === "modified";
    return patch !== null && isInline ? readTestLines(patch, "inline") : [];
  }
  if (status === "deleted") {
    return [flag("test-deleted", path, "A test, or a file that tests use, is deleted.")];
  }
  if (patch === null) return [];
  return readTestLines(patch, status === "added" ? "new" : "changed");
}

const isPackageJson = (path: string): boolean => matches("**/package.json", path);
const isFixture = (path: string): boolean => matches("**/fixtures/**", path);

function flagPackage(file: ChangedFile, patch: PatchFile | null): GuardFlag[] {
  if (!isPackageJson(file.path) || isFixture(file.path)) return [];
  if (file.status === "deleted" || file.status === "renamed") {
    return [flag("check-edited", file.path, "Its scripts are gone from where they were.")];
  }
  return patch === null ? [] : readPackageJson(patch);
}

/** Lines that the diff does not show, because it is too large or the file is no text: nobody looked. */
function flagUnread(file: ChangedFile, { patch, isComplete }: Lines): GuardFlag[] {
  const { path, status } = file;
  const isUnseen = !isComplete || (status === "modified" && patch?.hunks.length === 0);
  if (!isUnseen || status === "deleted") return [];
  const detail = "The diff does not show all of its lines.";
  if (isPackageJson(path)) return [flag("check-edited", path, detail)];
  const isTest = status !== "added" && isTestPath(path) && SOURCE.test(path);
  return isTest ? [flag("test-skipped", path, detail)] : [];
}

const flag = (kind: GuardFlag["kind"], path: string, detail: string): GuardFlag => ({
  kind,
  path,
  detail,
});

/** One flag of a kind for each path. */
function distinct(flags: readonly GuardFlag[]): GuardFlag[] {
  const seen = new Set<string>();
  return flags.filter(({ kind, path }) => {
    const key = `${kind} ${path}`;
    return !seen.has(key) && seen.add(key) !== null;
  });
}
