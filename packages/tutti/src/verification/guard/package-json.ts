/**
 * What a change of package.json touches. The diff shows only a few lines around a change, so the
 * section of a line is known only sometimes; a line whose section is not known is taken for a script
 * unless it plainly is something else.
 */
import type { GuardFlag } from "@tutti/protocol";
import type { PatchFile, PatchLine } from "./patch.ts";

type Touch = "script" | "runner" | "dependency" | "metadata";

const OPENING = /^\s*"([^"]+)"\s*:\s*[{[]\s*$/u;
const CLOSING = /^\s*[}\]],?\s*$/u;
const ENTRY = /^\s*"([^"]+)"\s*:\s*(.*)$/u;
const SECTIONS =
  /"(scripts|config|jest|mocha|ava|nyc|c8|tap|vitest|(?:\w*[dD]ependencies(?:Meta)?))"\s*:/gu;

const RUNNERS: ReadonlySet<string> = new Set([
  "jest",
  "mocha",
  "ava",
  "nyc",
  "c8",
  "tap",
  "vitest",
]);
const METADATA: ReadonlySet<string> = new Set(
  "name version description keywords homepage bugs license licence author contributors funding files main module browser types typings type exports imports man repository private sideEffects packageManager engines os cpu publishConfig url email node bin import require default".split(
    " ",
  ),
);
/** A version range, a dist tag or a place to fetch a package from. */
const VERSION =
  /^"(?:[\^~<>=v\s]*\d[\w.*+<>=|^~ -]*|\*|latest|next|x|(?:npm|file|git\+?\w*|https?|workspace|link|portal|catalog|github):.*)"$/u;
const SCRIPT_NAME =
  /^(?:pre|post)?(?:test|lint|check|build|ci|verify|typecheck|coverage|prepare|install|publish|pack)/u;

const WORDS: Readonly<
  Record<Touch, { readonly kind: GuardFlag["kind"]; readonly detail: string }>
> = {
  script: { kind: "check-edited", detail: "Its scripts are touched." },
  runner: { kind: "check-edited", detail: "Its test runner's settings are touched." },
  dependency: { kind: "manifest-edited", detail: "Its dependencies are touched." },
  metadata: { kind: "manifest-edited", detail: "" },
};

export function readPackageJson(file: PatchFile): GuardFlag[] {
  const touched = new Set<Touch>();
  for (const hunk of file.hunks) for (const touch of touchesOf(hunk)) touched.add(touch);
  touched.delete("metadata");
  return [...touched].map((touch) => ({ ...WORDS[touch], path: file.path }));
}

function touchesOf(hunk: readonly PatchLine[]): Set<Touch> {
  const touched = new Set<Touch>();
  // The names of the sections around a line; null where one was opened above the hunk.
  let section: string | null = null;
  let depth = 0;
  for (const { kind, text } of hunk) {
    if (kind !== "same")
      for (const touch of touchOf(text, depth > 0 ? section : null)) touched.add(touch);
    if (kind === "removed") continue;
    const opened = OPENING.exec(text)?.[1];
    if (opened !== undefined) {
      if (depth === 0) section = opened;
      depth += 1;
    } else if (CLOSING.test(text)) {
      depth = Math.max(0, depth - 1);
    }
  }
  return touched;
}

function touchOf(text: string, section: string | null): readonly Touch[] {
  const named = [...text.matchAll(SECTIONS)].map(([, name]) => sectionTouch(name ?? ""));
  if (named.length > 0) return named.flatMap((touch) => touch ?? []);
  const known = section === null ? null : sectionTouch(section);
  if (known !== null) return [known];
  const [, key, rest] = ENTRY.exec(text.trimEnd()) ?? [];
  if (key === undefined || rest === undefined) return [];
  const value = rest.replace(/,$/u, "").trimEnd();
  if (section !== null || METADATA.has(key)) return ["metadata"];
  return [SCRIPT_NAME.test(key) || !VERSION.test(value) ? "script" : "dependency"];
}

function sectionTouch(section: string): Touch | null {
  if (section === "scripts" || section === "config") return "script";
  if (RUNNERS.has(section)) return "runner";
  return /dependencies/iu.test(section) || section === "overrides" || section === "resolutions"
    ? "dependency"
    : null;
}
