/** Globs of the workflow format: `**`, `*`, `?` and literal text; a path matches as a whole. */

const SEPARATORS = /(\*\*\/|\*\*|\*|\?)/u;

/** Wildcards as they are written, and single characters. */
const partsOf = (glob: string): readonly string[] =>
  glob.split(SEPARATORS).flatMap((part) => (SEPARATORS.test(part) ? [part] : Array.from(part)));

const isMany = (part: string | undefined): boolean => part?.startsWith("*") === true;

const takes = (part: string | undefined, character: string): boolean =>
  part === "**" || part === character || ((part === "*" || part === "?") && character !== "/");

/** Marks the places behind parts that may take nothing. */
const skip = (parts: readonly string[], places: Uint8Array): void => {
  for (let at = 0; at < parts.length; at += 1)
    if (places[at] === 1 && isMany(parts[at])) places[at + 1] = 1;
};

type Walk = {
  readonly parts: readonly string[];
  /** Where in the glob a match may stand. */
  readonly places: Uint8Array;
  /** Where a `**\/` has begun to take folders: it ends behind a slash only. */
  readonly within: Uint8Array;
};

/** The places behind one more character of the path. */
const step = ({ parts, places, within }: Walk, character: string): Uint8Array => {
  const next = new Uint8Array(places.length);
  for (let at = 0; at < parts.length; at += 1) {
    const part = parts[at];
    if (part === "**/") {
      within[at] = Math.max(within[at] ?? 0, places[at] ?? 0);
      if (character === "/" && within[at] === 1) next[at + 1] = 1;
    } else if (places[at] === 1 && takes(part, character)) next[isMany(part) ? at : at + 1] = 1;
  }
  skip(parts, next);
  return next;
};

/**
 * Moves all places of the glob where a match may stand on by one character of the path at a time: a
 * pattern made to cost time costs no more than the product of both lengths.
 */
export const matches = (glob: string, path: string): boolean => {
  const parts = partsOf(glob);
  const within = new Uint8Array(parts.length + 1);
  let places: Uint8Array = new Uint8Array(parts.length + 1);
  places[0] = 1;
  skip(parts, places);
  for (const character of path) {
    places = step({ parts, places, within }, character);
    if (!places.includes(1) && !within.includes(1)) return false;
  }
  return places[parts.length] === 1;
};

/**
 * Text as one piece, in which `*` stands for anything, `/` too, and `?` for one character. Never goes
 * back further than to the last `*`: a pattern made to cost time costs no more than the product of
 * both lengths.
 */
export const matchesText = (glob: string, text: string): boolean => {
  let at = 0;
  let star: { readonly glob: number; text: number } | null = null;
  let index = 0;
  while (index < text.length) {
    if (glob[at] === "*") {
      star = { glob: at, text: index };
      at += 1;
    } else if (at < glob.length && (glob[at] === "?" || glob[at] === text[index])) {
      at += 1;
      index += 1;
    } else if (star === null) {
      return false;
    } else {
      star.text += 1;
      index = star.text;
      at = star.glob + 1;
    }
  }
  while (glob[at] === "*") at += 1;
  return at === glob.length;
};
