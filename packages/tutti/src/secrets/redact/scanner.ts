/**
 * Finds what rules describe in text that may arrive in pieces. Leftmost first; at one place the
 * longest prefix that fits. What is found never depends on where the pieces were cut: a place is
 * decided only when no continuation could decide it otherwise, and until then the text from there on
 * is held back.
 */

/** What stands in the place of a secret: plain in YAML, JSON, Markdown, shell and URLs. */
const REDACTED = "REDACTED";

/** Where a match ends, `null` when there is none, `"more"` when the text ends too early to say. */
export type Measure = number | null | "more";

export type Rule = {
  /** At least two characters; a match begins with it. */
  readonly prefix: string;
  /** Characters of the prefix that stay, for example `Bearer `. */
  readonly kept?: number;
  /** Must not stand within a word. */
  readonly isWord?: boolean;
  /** `from` is the end of the prefix. Must look at a bounded number of characters. */
  readonly measure: (text: string, from: number, isEnd: boolean) => Measure;
};

/** Rules by the first two characters of their prefixes, for one look at each place. */
export type Index = {
  /** Number of the bucket, 0 for none, by `pairOf`. */
  readonly pairs: Uint16Array;
  /** Whether a prefix begins so: ANYWHERE, AT_WORD, both or none. */
  readonly firsts: Uint8Array;
  readonly buckets: readonly (readonly Rule[])[];
};

const LOW = 127;
const ANYWHERE = 1;
const AT_WORD = 2;
const pairOf = (first: number, second: number): number => ((first & LOW) << 7) | (second & LOW);

export function indexOf(rules: readonly Rule[]): Index {
  const pairs = new Uint16Array(1 << 14);
  const firsts = new Uint8Array(LOW + 1);
  const buckets: Rule[][] = [[]];
  for (const rule of rules.toSorted((left, right) => right.prefix.length - left.prefix.length)) {
    const pair = pairOf(rule.prefix.charCodeAt(0), rule.prefix.charCodeAt(1));
    const first = rule.prefix.charCodeAt(0) & LOW;
    firsts[first] = (firsts[first] ?? 0) | (rule.isWord === true ? AT_WORD : ANYWHERE);
    const bucket = buckets[pairs[pair] ?? 0];
    if (bucket !== undefined && (pairs[pair] ?? 0) > 0) {
      bucket.push(rule);
      continue;
    }
    pairs[pair] = buckets.length;
    buckets.push([rule]);
  }
  return { pairs, firsts, buckets };
}

export type Scanned = {
  /** Decided text, redacted. */
  readonly text: string;
  /** Held back: not yet decided. */
  readonly rest: string;
  /** The last characters before `rest`, as they came: what the next piece stands behind. */
  readonly before: string;
};

/** `before`: at most the two characters in front of the text. */
export function scan(index: Index, text: string, at: { before: string; isEnd: boolean }): Scanned {
  const { pairs } = index;
  const last = text.length - 1;
  let out = "";
  let done = 0;
  for (let place = 0; place <= last; place += 1) {
    const isLast = place === last;
    if (!isLast && pairs[pairOf(text.charCodeAt(place), text.charCodeAt(place + 1))] === 0)
      continue;
    const found = isLast ? lastCharacter(index, text, at) : matchAt(index, text, { place, ...at });
    if (found === null) continue;
    if (found === "more") {
      const before = (at.before + text.slice(0, place)).slice(-2);
      return { text: out + text.slice(done, place), rest: text.slice(place), before };
    }
    out += text.slice(done, place + found.kept) + REDACTED;
    done = found.end;
    place = found.end - 1;
  }
  const before = (at.before + text.slice(-2)).slice(-2);
  return { text: done === 0 ? text : out + text.slice(done), rest: "", before };
}

type At = { readonly before: string; readonly isEnd: boolean };

/** One character decides nothing, but a prefix may begin with it. */
function lastCharacter({ firsts }: Index, text: string, { before, isEnd }: At): "more" | null {
  const begins = firsts[text.charCodeAt(text.length - 1) & LOW] ?? 0;
  if (isEnd || begins === 0) return null;
  if ((begins & ANYWHERE) !== 0) return "more";
  return isWithinWord((before + text.slice(-3, -1)).slice(-2)) ? null : "more";
}

type Place = At & { readonly place: number };
type Match = { readonly end: number; readonly kept: number };

function matchAt(
  index: Index,
  text: string,
  { place, before, isEnd }: Place,
): Match | "more" | null {
  const pair = pairOf(text.charCodeAt(place), text.charCodeAt(place + 1));
  const rules = index.buckets[index.pairs[pair] ?? 0] ?? [];
  const canBeWord = !isWithinWord((before + text.slice(Math.max(0, place - 2), place)).slice(-2));
  for (const rule of rules) {
    if (rule.isWord === true && !canBeWord) continue;
    if (text.startsWith(rule.prefix, place)) {
      const end = rule.measure(text, place + rule.prefix.length, isEnd);
      if (end === "more") return "more";
      if (end !== null) return { end, kept: rule.kept ?? 0 };
    } else if (!isEnd && rule.prefix.startsWith(text.slice(place, place + rule.prefix.length))) {
      return "more";
    }
  }
  return null;
}

/** The `n` of an escaped line feed (`\n` in JSON or a program) ends a word as well. */
function isWithinWord(before: string): boolean {
  return /\w$/u.test(before) && !/^\\[nrt]$/u.test(before);
}
