/** One line of a diff: its numbers, what it is, its text with colours and the words that changed. */
import { classNames } from "../../ui/class-names.ts";
import type { Token } from "./highlight.ts";
import type { LineKind, PatchLine } from "./patch.ts";
import { withNamed } from "../../ui/hidden-characters.ts";
import type { Span } from "./words.ts";

/** Of one line; the rest is counted, not shown. */
export const MAX_SHOWN_CHARS = 2000;

const SIGNS: Readonly<Record<LineKind, string>> = { same: " ", added: "+", removed: "−" };
const TEXTS = { same: "span", added: "ins", removed: "del" } as const;
const GROUNDS: Readonly<Record<LineKind, string>> = {
  same: "",
  added: "bg-added-bg",
  removed: "bg-removed-bg",
};

type TextProps = {
  readonly line: PatchLine;
  readonly tokens: readonly Token[] | null;
  readonly changed: readonly Span[];
};

type Piece = { readonly text: string; readonly colour: string | null; readonly isChanged: boolean };

/** Cuts a text where a colour or a changed word begins or ends. */
function piecesOf(text: string, { tokens, changed }: Omit<TextProps, "line">): readonly Piece[] {
  const cuts = new Set([0, text.length]);
  for (const { start, end } of changed) cuts.add(start).add(end);
  let offset = 0;
  const colours = (tokens ?? []).map(({ length, colour }) => {
    cuts.add(offset);
    const from = offset;
    offset += length;
    cuts.add(offset);
    return { from, to: offset, colour };
  });
  const places = [...cuts]
    .filter((at) => at <= text.length)
    .toSorted((left, right) => left - right);
  return places.slice(0, -1).map((start, at) => ({
    text: text.slice(start, places[at + 1]),
    colour: colours.find(({ from, to }) => from <= start && start < to)?.colour ?? null,
    isChanged: changed.some((span) => span.start <= start && start < span.end),
  }));
}

function LineText({ line, tokens, changed }: TextProps) {
  const text = line.text.slice(0, MAX_SHOWN_CHARS);
  const more = line.text.length - text.length;
  const pieces = piecesOf(text, { tokens, changed });
  const ground = line.kind === "added" ? "bg-added-word" : "bg-removed-word";
  return (
    <>
      {pieces.map((piece, at) =>
        piece.colour === null && !piece.isChanged ? (
          withNamed(piece.text)
        ) : (
          <span
            // The pieces of a line have no identity but their place.
            key={at}
            className={piece.isChanged ? ground : undefined}
            style={piece.colour === null ? undefined : { color: piece.colour }}
          >
            {withNamed(piece.text)}
          </span>
        ),
      )}
      {more > 0 && <span className="text-muted"> … {more} more characters</span>}
    </>
  );
}

const DIGITS = 5;

const padded = (value: number | null): string => `${value ?? ""}`.padStart(DIGITS);

/** Numbers and sign as one text: a screen has many lines, and each element of one costs time. */
function gutterText({ kind, old, new: after }: PatchLine, side: Side): string {
  const numbers =
    side === "both" ? `${padded(old)} ${padded(after)}` : padded(side === "old" ? old : after);
  return `${numbers} ${SIGNS[kind]}`;
}

/** Which numbers a line shows: in one column both, beside each other only that of its side. */
export type Side = "both" | "old" | "new";

/** Room for the numbers and the sign. */
const ROOMS: Readonly<Record<Side, string>> = {
  both: "pl-[14ch]",
  old: "flex-1 pl-[8ch]",
  new: "flex-1 pl-[8ch]",
};
const GUTTERS: Readonly<Record<Side, string>> = {
  both: "min-w-[14ch] -ml-[14ch]",
  old: "min-w-[8ch] -ml-[8ch]",
  new: "min-w-[8ch] -ml-[8ch]",
};

export type CodeProps = TextProps & {
  readonly isCurrent: boolean;
  readonly side: Side;
  readonly onComment: () => void;
};

/** As few boxes as can be: there are as many of them on screen as lines. */
export function Code({ line, tokens, changed, isCurrent, side, onComment }: CodeProps) {
  const { kind } = line;
  const Text = TEXTS[kind];
  return (
    <div
      className={classNames(
        "min-w-0 font-mono text-xs leading-5 break-all whitespace-break-spaces",
        ROOMS[side],
        GROUNDS[kind],
        isCurrent && "outline-2 -outline-offset-2 outline-accent",
      )}
    >
      <button
        type="button"
        tabIndex={-1}
        title="Comment on this line"
        onClick={onComment}
        className={classNames(
          "cursor-pointer pr-[1ch] text-left align-top whitespace-pre text-muted select-none hover:bg-accent hover:text-on-accent",
          GUTTERS[side],
        )}
      >
        {gutterText(line, side)}
      </button>
      <Text className="no-underline">
        <LineText line={line} tokens={tokens} changed={changed} />
      </Text>
    </div>
  );
}

/** The side of a split view that has no line here. */
export const NoLine = () => <div className="min-w-0 flex-1 bg-raised" />;
