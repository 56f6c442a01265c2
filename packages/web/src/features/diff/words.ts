/** What changed within a line: the words of one that the other does not have in the same order. */
export type Span = { readonly start: number; readonly end: number };

export type WordChange = { readonly removed: readonly Span[]; readonly added: readonly Span[] };

/** Words of a line beyond which it is only shown as changed. */
const MAX_WORDS = 300;
/** Of the words that have to be the same, so that marking the others tells more than it confuses. */
const LEAST_SAME = 0.3;

const WORD = /[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu;

const wordsOf = (text: string): readonly string[] => text.match(WORD) ?? [];

/** Null where the lines have too little in common, or are too long, to mark words. */
export function wordChange(before: string, after: string): WordChange | null {
  const left = wordsOf(before);
  const right = wordsOf(after);
  if (left.length > MAX_WORDS || right.length > MAX_WORDS) return null;
  const head = commonLength(left, right, (list, at) => list[at]);
  const rest = Math.min(left.length, right.length) - head;
  const tail = Math.min(
    rest,
    commonLength(left, right, (list, at) => list[list.length - 1 - at]),
  );
  const kept = keptWords(
    left.slice(head, left.length - tail),
    right.slice(head, right.length - tail),
  );
  const same = head + tail + kept.left.size;
  if (same < LEAST_SAME * Math.max(left.length, right.length)) return null;
  const isKept = (list: readonly string[], own: ReadonlySet<number>) => (at: number) =>
    at < head || at >= list.length - tail || own.has(at - head);
  return {
    removed: spansOf(left, isKept(left, kept.left)),
    added: spansOf(right, isKept(right, kept.right)),
  };
}

type Pick = (list: readonly string[], at: number) => string | undefined;

function commonLength(left: readonly string[], right: readonly string[], pick: Pick): number {
  const most = Math.min(left.length, right.length);
  let at = 0;
  while (at < most && pick(left, at) === pick(right, at)) at += 1;
  return at;
}

/** Places of the longest common subsequence in both. */
function keptWords(left: readonly string[], right: readonly string[]) {
  const width = right.length + 1;
  const lengths = new Uint16Array((left.length + 1) * width);
  const at = (row: number, column: number): number => lengths[row * width + column] ?? 0;
  for (let row = left.length - 1; row >= 0; row -= 1) {
    for (let column = right.length - 1; column >= 0; column -= 1) {
      lengths[row * width + column] =
        left[row] === right[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const kept = { left: new Set<number>(), right: new Set<number>() };
  let row = 0;
  let column = 0;
  while (row < left.length && column < right.length) {
    if (left[row] === right[column]) {
      kept.left.add(row++);
      kept.right.add(column++);
    } else if (at(row + 1, column) >= at(row, column + 1)) row += 1;
    else column += 1;
  }
  return kept;
}

function spansOf(words: readonly string[], isKept: (at: number) => boolean): readonly Span[] {
  const spans: { start: number; end: number }[] = [];
  let offset = 0;
  for (const [at, word] of words.entries()) {
    const end = offset + word.length;
    const last = spans.at(-1);
    if (!isKept(at)) {
      if (last?.end === offset) last.end = end;
      else spans.push({ start: offset, end });
    }
    offset = end;
  }
  return spans;
}
