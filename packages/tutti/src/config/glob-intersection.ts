/** Which names two lists of globs both allow, as globs again. */

import { matchesText } from "../domain/glob.ts";

/** Of longer lists the rest is dropped: fewer models are allowed then, never more. */
const MAX_GLOBS = 200;
/** Steps of one pair, and of all together; patterns that people write need some dozens each. */
const MAX_STEPS = 20_000;
const MAX_STEPS_IN_ALL = 100_000;
/** Of all globs together: comparing each with each costs the square. More are kept as they are. */
const COMPARED_MAX_CHARACTERS = 4_000;

export const intersectGlobs = (one: readonly string[], other: readonly string[]): string[] => {
  const found = new Set<string>();
  let steps = 0;
  for (const left of one.slice(0, MAX_GLOBS)) {
    for (const right of other.slice(0, MAX_GLOBS)) {
      if (steps > MAX_STEPS_IN_ALL || found.size >= MAX_GLOBS) break;
      const pair = intersectPair(left, right);
      steps += pair.steps;
      for (const glob of pair.found) found.add(glob);
    }
  }
  return withoutCovered([...found].slice(0, MAX_GLOBS));
};

/** Of `claude-*` and `claude-opus-*` only the wider is worth keeping. */
const withoutCovered = (globs: string[]): string[] => {
  if (globs.join("").length > COMPARED_MAX_CHARACTERS) return globs;
  return globs.filter(
    (glob, index) =>
      !globs.some(
        (other, at) => at !== index && covers(other, glob) && (at < index || !covers(glob, other)),
      ),
  );
};

/**
 * Certain where it says yes: the narrower one is read as text. Not of patterns with a `/`, which a
 * `*` of a path does not take.
 */
const covers = (wide: string, narrow: string): boolean =>
  !narrow.includes("/") &&
  matchesText(wide, narrow) &&
  !(wide.includes("?") && narrow.includes("*"));

/**
 * Walks both patterns side by side. Where both have a character it must be the same one, a `?` takes
 * the other's; a `*` either ends here or takes the other's next piece, and no `/`.
 */
const intersectPair = (
  left: string,
  right: string,
): { readonly found: ReadonlySet<string>; readonly steps: number } => {
  const found = new Set<string>();
  const seen = new Set<string>();
  const isFull = (): boolean => seen.size > MAX_STEPS || found.size >= MAX_GLOBS;
  const walk = (one: string, other: string, taken: string): void => {
    const state = `${one} ${other} ${taken}`;
    if (isFull() || seen.has(state)) return;
    seen.add(state);
    if (one === "" && other === "") found.add(taken.replaceAll(/\*+/gu, "*"));
    else if (one.startsWith("*") || other.startsWith("*")) {
      for (const [next, then, piece] of stepsOfStar(one, other)) walk(next, then, taken + piece);
    } else {
      const same = sameCharacter(one.slice(0, 1), other.slice(0, 1));
      if (same !== null) walk(one.slice(1), other.slice(1), taken + same);
    }
  };
  walk(left, right, "");
  return { found, steps: seen.size };
};

type Step = readonly [one: string, other: string, piece: string];

const stepsOfStar = (one: string, other: string): readonly Step[] => {
  if (one.startsWith("*") && other.startsWith("*"))
    return [
      [one.slice(1), other, "*"],
      [one, other.slice(1), "*"],
    ];
  const isFirst = one.startsWith("*");
  const [star, plain] = isFirst ? [one, other] : [other, one];
  const ends: Step = [star.slice(1), plain, ""];
  if (plain === "" || plain.startsWith("/")) return [ends];
  return [ends, [star, plain.slice(1), plain.slice(0, 1)]];
};

const sameCharacter = (one: string, other: string): string | null => {
  if (one === "" || other === "") return null;
  if (one === other) return one;
  if (one === "?") return other === "/" ? null : other;
  return other === "?" && one !== "/" ? one : null;
};
