/** Bounds every transcript entry before it is stored, whatever an agent sends. */
import type { TranscriptEntry } from "@tutti/protocol";

/** Longest text in one entry, in characters; a longer one becomes several entries. */
const ENTRY_TEXT_MAX_CHARACTERS = 64 * 1024;
/** Longest entry of any other kind once it is JSON, in characters. */
const ENTRY_MAX_CHARACTERS = 256 * 1024;

/** The entry as one or more that are within the limits. Texts are split, tool details are cut. */
export function withinLimits(entry: TranscriptEntry): readonly TranscriptEntry[] {
  if ("text" in entry) return splitText(entry);
  const cut = entry.kind === "tool" ? { ...entry, detail: shorten(entry.detail) } : entry;
  const { length } = JSON.stringify(cut);
  if (length <= ENTRY_MAX_CHARACTERS) return [cut];
  return [{ kind: "note", at: entry.at, text: `${entry.kind}: ${length} characters left out` }];
}

function splitText<Entry extends TranscriptEntry & { text: string }>(entry: Entry): Entry[] {
  const parts: Entry[] = [];
  let start = 0;
  do {
    const end = partEnd(entry.text, start);
    parts.push(
      start === 0 && end === entry.text.length
        ? entry
        : { ...entry, text: entry.text.slice(start, end) },
    );
    start = end;
  } while (start < entry.text.length);
  return parts;
}

/** Never between the two halves of one character. */
function partEnd(text: string, start: number): number {
  const end = Math.min(start + ENTRY_TEXT_MAX_CHARACTERS, text.length);
  const isHalf = end < text.length && /[\uDC00-\uDFFF]/u.test(text.charAt(end));
  return isHalf ? end - 1 : end;
}

function shorten(text: string): string {
  if (text.length <= ENTRY_TEXT_MAX_CHARACTERS) return text;
  const left = text.length - ENTRY_TEXT_MAX_CHARACTERS;
  return `${text.slice(0, ENTRY_TEXT_MAX_CHARACTERS)}… ${left} characters left out`;
}
