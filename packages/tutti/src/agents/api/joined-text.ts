/** Pieces of text as transcript entries: joined until another kind comes, some time passes, or they are long. */
import type { TranscriptEntry } from "@tutti/protocol";
import { COALESCE_MS, ENTRY_MAX_CHARS } from "./limits.ts";

type Kind = "text" | "thought";

export type JoinedText = {
  /** The entry that is complete now, if any. */
  readonly add: (kind: Kind, piece: string) => TranscriptEntry | null;
  /** What is left. */
  readonly flush: () => TranscriptEntry | null;
};

export const createJoinedText = (now: () => number): JoinedText => {
  let open: { kind: Kind; at: number; text: string } | null = null;
  const flush = (): TranscriptEntry | null => {
    const entry = open;
    open = null;
    return entry === null || entry.text === "" ? null : entry;
  };
  return {
    flush,
    add: (kind, piece) => {
      const at = now();
      const isFull =
        open !== null &&
        (open.kind !== kind ||
          at - open.at >= COALESCE_MS ||
          open.text.length + piece.length > ENTRY_MAX_CHARS);
      const entry = isFull ? flush() : null;
      open = open === null ? { kind, at, text: piece } : { ...open, text: open.text + piece };
      return entry;
    },
  };
};
