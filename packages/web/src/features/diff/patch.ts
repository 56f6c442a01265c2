/**
 * The patch of one file as git writes it. A patch may have a hundred thousand lines, so it is not taken
 * apart: one pass notes where each line begins, what it is and its numbers, and a line is made when it
 * is shown.
 */
export type LineKind = "same" | "added" | "removed";

export type PatchLine = {
  /** Place among the lines of the patch. */
  readonly index: number;
  readonly kind: LineKind;
  /** Number of the line before and after; null on the side that lacks it. */
  readonly old: number | null;
  readonly new: number | null;
  readonly text: string;
};

export type Hunk = {
  /** What git says the hunk is in, such as a function. */
  readonly context: string;
  /** Its head as git writes it, such as `-12,3 +12,5`: what the hunk is called elsewhere. */
  readonly name: string;
  readonly newStart: number;
  /** Lines of the patch. */
  readonly first: number;
  readonly count: number;
};

/** One row of a split view: the places of a removed and an added line, or of the same one twice; -1: none. */
export type Pair = { readonly left: number; readonly right: number };

export type FilePatch = {
  readonly hunks: readonly Hunk[];
  /** Lines in all hunks. */
  readonly count: number;
  readonly lineAt: (index: number) => PatchLine;
  readonly lengthAt: (index: number) => number;
  readonly kindAt: (index: number) => LineKind;
  /** The line on the other side that a changed line took the place of; -1: none. */
  readonly partnerOf: (index: number) => number;
  /** Git calls the file binary: it has no lines to show. */
  readonly isBinary: boolean;
  /** Mode before and after, where it changed. */
  readonly mode: { readonly from: string; readonly to: string } | null;
};

const HUNK = /^@@ (-(\d+)(?:,\d+)? \+(\d+)(?:,\d+)?) @@ ?(.*)$/su;
/** Behind a line feed alone: the name of a file may hold other ends of lines. */
const OLD_MODE = /(?<![^\n])old mode (\d+)\n/u;
const NEW_MODE = /(?<![^\n])new mode (\d+)\n/u;
const BINARY = /(?<![^\n])(?:Binary files |GIT binary patch)/u;
const KINDS = ["same", "added", "removed"] as const;
const [SAME, ADDED, REMOVED] = [0, 1, 2];
const [PLUS, MINUS, BACKSLASH, AT] = [43, 45, 92, 64];

type Scan = {
  readonly starts: number[];
  readonly ends: number[];
  readonly kinds: number[];
  readonly olds: number[];
  readonly news: number[];
  readonly hunks: Hunk[];
};

export function parsePatch(text: string): FilePatch {
  const head = headEnd(text);
  const scan = scanLines(text, head);
  const { starts, ends, kinds, olds, news } = scan;
  const partners = partnersOf(scan);
  const facts = text.slice(0, head);
  const [from, to] = [OLD_MODE.exec(facts)?.[1], NEW_MODE.exec(facts)?.[1]];
  const kindAt = (index: number): LineKind => KINDS[kinds[index] ?? SAME] ?? "same";
  return {
    hunks: scan.hunks,
    count: starts.length,
    kindAt,
    lengthAt: (index) => (ends[index] ?? 0) - (starts[index] ?? 0),
    partnerOf: (index) => partners[index] ?? -1,
    lineAt: (index) => ({
      index,
      kind: kindAt(index),
      old: kinds[index] === ADDED ? null : (olds[index] ?? null),
      new: kinds[index] === REMOVED ? null : (news[index] ?? null),
      text: text.slice(starts[index], ends[index]),
    }),
    isBinary: BINARY.test(facts),
    mode: from === undefined || to === undefined ? null : { from, to },
  };
}

function headEnd(text: string): number {
  if (text.startsWith("@@ ")) return 0;
  const at = text.indexOf("\n@@ ");
  return at === -1 ? text.length : at + 1;
}

function scanLines(text: string, from: number): Scan {
  const scan: Scan = { starts: [], ends: [], kinds: [], olds: [], news: [], hunks: [] };
  const counter = { old: 0, new: 0 };
  for (let at = from; at < text.length;) {
    const found = text.indexOf("\n", at);
    const end = found === -1 ? text.length : found;
    if (text.codePointAt(at) === AT) openHunk(text.slice(at, end), scan, counter);
    else addLine({ sign: text.codePointAt(at) ?? 0, start: at + 1, end }, scan, counter);
    at = end + 1;
  }
  closeHunk(scan);
  return scan;
}

type Counter = { old: number; new: number };

function openHunk(line: string, scan: Scan, counter: Counter): void {
  const match = HUNK.exec(line);
  if (match === null) return;
  closeHunk(scan);
  counter.old = Number(match[2]);
  counter.new = Number(match[3]);
  const [name, context] = [match[1] ?? "", match[4] ?? ""];
  const first = scan.starts.length;
  scan.hunks.push({ context, name, newStart: counter.new, first, count: 0 });
}

function closeHunk({ hunks, starts }: Scan): void {
  const last = hunks.pop();
  if (last !== undefined) hunks.push({ ...last, count: starts.length - last.first });
}

/** What is no line of the file, such as "\ No newline at end of file", is left out. */
function addLine(
  { sign, start, end }: { readonly sign: number; readonly start: number; readonly end: number },
  scan: Scan,
  counter: Counter,
): void {
  if (sign === BACKSLASH) return;
  const kind = sign === PLUS ? ADDED : sign === MINUS ? REMOVED : SAME;
  scan.starts.push(start);
  scan.ends.push(Math.max(start, end));
  scan.kinds.push(kind ?? 0);
  scan.olds.push(counter.old);
  scan.news.push(counter.new);
  if (kind !== ADDED) counter.old += 1;
  if (kind !== REMOVED) counter.new += 1;
}

/** Removed lines that added ones follow at once are taken in pairs, in their order. */
function partnersOf({ kinds, hunks }: Scan): Int32Array {
  const partners = new Int32Array(kinds.length).fill(-1);
  for (const { first, count } of hunks) {
    let at = first;
    while (at < first + count) {
      const removed = runLength(kinds, { at, end: first + count, kind: REMOVED ?? 2 });
      const begin = at + removed;
      const added = runLength(kinds, { at: begin, end: first + count, kind: ADDED ?? 1 });
      for (let each = 0; each < Math.min(removed, added); each += 1) {
        partners[at + each] = begin + each;
        partners[begin + each] = at + each;
      }
      at = Math.max(begin + added, at + 1);
    }
  }
  return partners;
}

function runLength(
  kinds: readonly number[],
  { at, end, kind }: { readonly at: number; readonly end: number; readonly kind: number },
): number {
  let length = 0;
  while (at + length < end && kinds[at + length] === kind) length += 1;
  return length;
}

/** Rows of a split view of a hunk, as places of lines. */
export function pairsOf(patch: FilePatch, { first, count }: Hunk): readonly Pair[] {
  const pairs: Pair[] = [];
  for (let index = first; index < first + count; index += 1) {
    const kind = patch.kindAt(index);
    const partner = patch.partnerOf(index);
    if (kind === "same") pairs.push({ left: index, right: index });
    else if (kind === "removed") pairs.push({ left: index, right: partner });
    else if (partner === -1) pairs.push({ left: -1, right: index });
  }
  return pairs;
}
