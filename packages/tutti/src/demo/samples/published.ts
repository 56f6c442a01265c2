/**
 * Samples made of two versions of a published package, the one with the defect and the one without.
 * npm fetches both as they were published; what the fix is, and what reproduces the defect, is read
 * from them at run time.
 */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { TuttiError } from "@tutti/protocol/errors";
import { fetchPackages } from "../npm.ts";
import type { Change, Claim, Files, Sample, SampleSource } from "./sample.ts";

export type Published = {
  readonly name: string;
  readonly about: string;
  readonly before: string;
  readonly after: string;
  /** Exact version of tape, within what the package asks for: its tests need it. */
  readonly tape: string;
  readonly task: Sample["task"];
  readonly spec: string;
  readonly contract: Sample["contract"];
  readonly plan: Sample["plan"];
  /** The scripted wrong fix: replacements in files of the version with the defect. */
  readonly wrong: {
    readonly note: string;
    readonly edits: readonly { path: string; find: string; replace: string; isEvery?: boolean }[];
    /** A test of the reported case, added at the end of a file. */
    readonly test: { readonly path: string; readonly text: string };
  };
  readonly right: string;
  readonly claim: Omit<Claim, "reproduction" | "locations"> & {
    /** Test file of the fixed version, and the test in it that decides. */
    readonly file: string;
    readonly test: string;
    readonly location: string;
  };
};

const TAPE = "node node_modules/tape/bin/tape";

export const published = (spec: Published): SampleSource => ({
  name: spec.name,
  about: spec.about,
  load: async (context) => {
    const { name, before, after, tape } = spec;
    const folder = await fetchPackages(`${name}-${before}-${after}`, {
      ...context,
      packages: {
        before: `npm:${name}@${before}`,
        after: `npm:${name}@${after}`,
        tape,
      },
    });
    const modules = join(folder, "node_modules");
    const old = readFiles(join(modules, "before"));
    return sampleOf(spec, { old, fixed: readFiles(join(modules, "after")), folder });
  },
});

const sampleOf = (
  spec: Published,
  { old, fixed, folder }: { old: Files; fixed: Files; folder: string },
): Sample => {
  const { name, before, after } = spec;
  const { file, test, location, ...claim } = spec.claim;
  return {
    name,
    files: old,
    origin: `${name} ${before} as published`,
    task: spec.task,
    spec: spec.spec,
    contract: spec.contract,
    plan: spec.plan,
    first: wrongFix(spec, old),
    final: { note: spec.right, files: changedCode(old, fixed) },
    claim: {
      ...claim,
      locations: [{ path: location }],
      reproduction: {
        files: [{ path: file, content: fileOf(fixed, file, `${name} ${after}`) }],
        run: `${TAPE} ${file}`,
        test,
      },
    },
    check: `${TAPE} test/*.js`,
    dependencies: folder,
  };
};

/** What the fixed version changed in code and tests; its version number, notes and CI stay out. */
export const changedCode = (before: Files, after: Files): Files =>
  Object.fromEntries(
    Object.entries(after).filter(
      ([path, content]) => path.endsWith(".js") && before[path] !== content,
    ),
  );

const wrongFix = ({ name, before, wrong }: Published, old: Files): Change => {
  const files: Record<string, string> = {};
  const what = `${name} ${before}`;
  for (const { path, find, replace, isEvery = false } of wrong.edits) {
    const text = files[path] ?? fileOf(old, path, what);
    if (!text.includes(find)) throw unexpected(`${path} of ${what} does not hold: ${find}`);
    files[path] = isEvery
      ? text.replaceAll(find, () => replace)
      : text.replace(find, () => replace);
  }
  const { path, text } = wrong.test;
  files[path] = `${files[path] ?? fileOf(old, path, what)}${text}`;
  return { note: wrong.note, files };
};

const fileOf = (files: Files, path: string, what: string): string => {
  const text = files[path];
  if (text === undefined) throw unexpected(`${what} has no file ${path}`);
  return text;
};

const unexpected = (message: string): TuttiError =>
  new TuttiError("sample.unavailable", `The package is not what was published: ${message}.`);

/** Every file of a package but what was installed into it. */
const readFiles = (folder: string): Files =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .filter((path) => !path.startsWith("node_modules/"))
      .toSorted()
      .map((path) => [path, readFileSync(join(folder, path), "utf8")]),
  );
