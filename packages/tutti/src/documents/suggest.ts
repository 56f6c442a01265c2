/** "Did you mean": the nearest of a short list of known words. */

/** Longer words are never misspelt names; comparing them would only cost time. */
const MAX_WORD_CHARS = 64;

/** Edit distance in which swapping two neighbours counts as one edit. */
const distance = (one: string, other: string): number => {
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row += 1) {
    const present = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const cost = one[row - 1] === other[column - 1] ? 0 : 1;
      const isSwap =
        row > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      present[column] = Math.min(
        (last[column] ?? 0) + 1,
        (present[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + cost,
        isSwap ? (beforeLast[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforeLast = last;
    last = present;
  }
  return last[other.length] ?? 0;
};

const bare = (text: string): string => text.toLowerCase().replaceAll(/[-_ ]/gu, "");

/** The known word that was probably meant, or null. */
export const nearest = (word: string, known: readonly string[]): string | null => {
  if (word.length > MAX_WORD_CHARS) return null;
  const limit = Math.max(1, Math.floor(word.length / 3));
  let best: { readonly word: string; readonly edits: number } | null = null;
  for (const candidate of known) {
    const edits = distance(bare(word), bare(candidate));
    if (edits <= limit && (best === null || edits < best.edits)) best = { word: candidate, edits };
  }
  return best?.word ?? null;
};

/** One sentence for an unknown word: what was probably meant, else what there is. */
export const suggest = (word: string, known: readonly string[]): string => {
  const meant = nearest(word, known);
  if (meant !== null) return `Did you mean \`${meant}\`?`;
  return known.length === 0 ? "" : `Known: ${quoteList(known)}.`;
};

export const quoteList = (words: readonly string[]): string =>
  words.map((word) => `\`${word}\``).join(", ");
