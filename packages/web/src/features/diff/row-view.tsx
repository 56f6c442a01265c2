/** One row of the review as it is shown. */
import type { BlameView } from "@tutti/protocol";
import { memo, type ReactNode } from "react";
import { Button } from "../../ui/button.tsx";
import { withNamed } from "../../ui/hidden-characters.ts";
import { coloursOf } from "./highlight.ts";
import { Code, type CodeProps, NoLine, type Side } from "./line.tsx";
import { FileHead, HunkHead } from "./heads.tsx";
import { CommentWriter, DraftedComment } from "./comment.tsx";
import type { FilePatch, PatchLine } from "./patch.ts";
import type { LeftMark } from "./leaving.ts";
import type { Place, ReviewFile, Row } from "./rows.ts";
import type { Spot } from "./spot.ts";
import { wordChange, type Span } from "./words.ts";
import { type Work, type Writers, writersOf } from "./writers.ts";

export type Actions = {
  readonly fold: (path: string, isFolded: boolean) => void;
  readonly view: (path: string) => void;
  readonly write: (place: Place) => void;
  readonly save: (place: Place, text: string, id?: string) => void;
  readonly cancel: () => void;
  readonly drop: (id: string) => void;
  readonly sendBack: (place: Place, what: string) => void;
  /** Marks a hunk as one to leave out, or the file where none is named; or takes the mark away. */
  readonly leave: (path: string, hunk: string | null) => void;
  readonly retry: (path: string) => void;
  /** Copies the address of a place in a file; null: of the file. */
  readonly link: (path: string, spot: Spot | null) => void;
};

export type Shown = ReviewFile & {
  readonly flags: readonly string[];
  readonly isViewed: boolean;
  readonly blame: BlameView | null;
  /** Marked to be left out; null where nothing can be. */
  readonly left: LeftMark | null;
};

type RowProps = {
  readonly row: Row;
  readonly shown: Shown;
  readonly checkpoints: ReadonlyMap<string, Work>;
  readonly isCurrent: boolean;
  /** It goes past too fast to be read. */
  readonly isFlying: boolean;
  readonly actions: Actions;
};

const NO_SPANS: readonly Span[] = [];

export function RowView(props: RowProps): ReactNode {
  const { row, shown, checkpoints, isCurrent, actions } = props;
  const { path } = shown.file;
  switch (row.kind) {
    case "file":
      return <FileHead shown={shown} isCurrent={isCurrent} actions={actions} />;
    case "wanted":
      return <p className="px-4 py-1 text-muted">Reading {withNamed(path)} …</p>;
    case "note":
      return (
        <p className="flex items-center gap-3 px-4 py-1 text-muted">
          {row.text}
          {shown.loaded.kind === "failed" && (
            <Button onClick={() => actions.retry(path)}>Try again</Button>
          )}
        </p>
      );
    case "hunk":
      return (
        <HunkHead
          hunk={row.hunk}
          path={path}
          writers={knownWriters(shown, row.hunk, checkpoints)}
          left={shown.left}
          isCurrent={isCurrent}
          actions={actions}
        />
      );
    case "line":
      return <OneLine {...props} index={row.index} side="both" />;
    case "pair":
      return (
        <div className="flex">
          <OneLine {...props} index={row.pair.left} side="old" />
          <span className="w-px shrink-0 bg-line" />
          <OneLine {...props} index={row.pair.right} side="new" />
        </div>
      );
    case "comment":
      return (
        <DraftedComment
          comment={row.comment}
          isElsewhere={row.isElsewhere}
          onDrop={() => actions.drop(row.comment.id)}
          onSave={(text) => actions.save(row.comment, text, row.comment.id)}
        />
      );
    case "writing":
      return (
        <CommentWriter
          label={`Comment on ${withNamed(row.place.path)}:${row.place.line}`}
          onCancel={actions.cancel}
          onSave={(text) => actions.save(row.place, text)}
        />
      );
    default:
      return row satisfies never;
  }
}

/** Null while it is being read. */
function knownWriters(
  { loaded, blame }: Shown,
  hunk: Extract<Row, { kind: "hunk" }>["hunk"],
  checkpoints: ReadonlyMap<string, Work>,
): Writers | null {
  if (loaded.kind !== "read" || blame === null) return null;
  return writersOf(loaded.patch, hunk, { blame, checkpoints });
}

type LineProps = Pick<RowProps, "shown" | "isCurrent" | "isFlying" | "actions"> & {
  readonly index: number;
  readonly side: Side;
};

function OneLine({ shown, index, side, isCurrent, isFlying, actions }: LineProps) {
  const { loaded, file } = shown;
  if (loaded.kind !== "read") return null;
  if (index === -1) return <NoLine />;
  return (
    <PatchCode
      patch={loaded.patch}
      path={file.path}
      index={index}
      side={side}
      tokens={coloursOf(loaded.patch, file.path).tokensOf(index)}
      isCurrent={isCurrent}
      isFlying={isFlying}
      write={actions.write}
    />
  );
}

type PatchCodeProps = Pick<CodeProps, "tokens" | "isCurrent" | "side"> & {
  readonly patch: FilePatch;
  readonly path: string;
  readonly index: number;
  readonly isFlying: boolean;
  readonly write: Actions["write"];
};

/** A line that is on screen already is not made again when others come. */
const PatchCode = memo(function PatchCode({ patch, path, index, ...props }: PatchCodeProps) {
  const { isFlying, write, ...look } = props;
  const line = patch.lineAt(index);
  return (
    <Code
      {...look}
      line={line}
      changed={isFlying ? NO_SPANS : changedWords(patch, line)}
      onComment={() => write(placeOf(path, line))}
    />
  );
});

export const placeOf = (path: string, line: PatchLine): Place => ({
  path,
  side: line.kind === "removed" ? "old" : "new",
  line: (line.kind === "removed" ? line.old : line.new) ?? 0,
  quote: line.text,
});

function changedWords(patch: FilePatch, line: PatchLine): readonly Span[] {
  const partner = patch.partnerOf(line.index);
  if (partner === -1) return NO_SPANS;
  const other = patch.lineAt(partner).text;
  const [before, after] = line.kind === "removed" ? [line.text, other] : [other, line.text];
  const change = wordChange(before, after);
  if (change === null) return NO_SPANS;
  return line.kind === "removed" ? change.removed : change.added;
}
