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
  /** The project's own globs; a folder's name stands for everything in it. */
  readonly protectedGlobs: readonly string[];
};

type ChangedFile = Diff["files"][number];

/** Marks of Rust live beside the code that they test. */
const INLINE_TESTS = /\.rs$/u;

export function guardDiff(diff: Diff, options: GuardOptions): readonly GuardFlag[] {
  const patches = new Map(parsePatch(diff.patch).map((file) => [file.path, file]));
  const named = new Set(options.checks.flatMap(({ run }) => pathsIn(run)));
  return diff.files.flatMap((file) => {
    const patch = patches.get(file.path) ?? null;
    const paths = file.from === null ? [file.path] : [file.path, file.from];
    return distinct([
      ...flagProtected(paths, options.protectedGlobs),
      ...flagNamed(paths, named),
      ...flagRules(file, paths, patch),
      ...flagTest(file, patch),
      ...flagContent(file, patch),
      ...flagUnread(file, patch, diff.truncated),
    ]);
  });
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

function pathsIn(command: string): string[] {
  return command.split(/[\s;&|()<>"'`=]+/u).map((word) => word.replace(/^(?:\.\/)+/u, ""));
}

function flagRules(
  file: ChangedFile,
  paths: readonly string[],
  patch: PatchFile | null,
): GuardFlag[] {
  const isFound = (rule: PathRule, path: string): boolean =>
    rule.globs.some((glob) => matches(glob, path)) &&
    (rule.lines === undefined || file.status !== "modified" || isTouched(patch, rule.lines));
  return paths.flatMap((path) =>
    PATH_RULES.filter((rule) => isFound(rule, path)).map((rule) =>
      flag(rule.kind, path, rule.detail),
    ),
  );
}

/** Whether a change stands in a hunk that speaks of it, so that the lines around say where it is. */
function isTouched(patch: PatchFile | null, lines: RegExp): boolean {
  return patch === null || patch.hunks.some((hunk) => hunk.some(({ text }) => lines.test(text)));
}

function flagTest(file: ChangedFile, patch: PatchFile | null): GuardFlag[] {
  if (file.status === "renamed" && file.from !== null && isTestPath(file.from)) {
    const renamed = flag("test-renamed", file.path, `It was ${file.from} before.`);
    return [renamed, ...(patch === null ? [] : readTestLines(patch, false))];
  }
  if (!isTestPath(file.path)) {
    return patch !== null && INLINE_TESTS.test(file.path) && file.status === "modified"
      ? readTestLines(patch, false)
      : [];
  }
  if (file.status === "deleted") {
    return [flag("test-deleted", file.path, "A test, or a file that tests use, is deleted.")];
  }
  return patch === null ? [] : readTestLines(patch, file.status === "added");
}

const isPackageJson = (path: string): boolean => matches("**/package.json", path);
const isFixture = (path: string): boolean => matches("**/fixtures/**", path);

function flagContent(file: ChangedFile, patch: PatchFile | null): GuardFlag[] {
  if (!isPackageJson(file.path) || isFixture(file.path)) return [];
  if (file.status === "deleted" || file.status === "renamed") {
    return [flag("check-edited", file.path, "Its scripts are gone from where they were.")];
  }
  return patch === null ? [] : readPackageJson(patch);
}

/** Where the diff was too large to hold a file's lines, nobody has looked at them. */
function flagUnread(file: ChangedFile, patch: PatchFile | null, isTruncated: boolean): GuardFlag[] {
  if (!isTruncated || patch !== null || file.status === "deleted") return [];
  const detail = "The diff is too large to look at its lines.";
  if (isPackageJson(file.path)) return [flag("check-edited", file.path, detail)];
  const isChanged = file.status !== "added" && isTestPath(file.path);
  return isChanged ? [flag("test-skipped", file.path, detail)] : [];
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
