/** The keys of the review; the palette lists the same commands. */
import { type PageCommand, useCommands } from "../../commands/commands.tsx";
import { nextRow } from "./cursor.ts";
import { placeOf, type Actions, type Shown } from "./row-view.tsx";
import { spotOf } from "./spot.ts";
import type { Place, Row, Rows, View } from "./rows.ts";

type Keyed = {
  readonly rows: Rows;
  readonly shown: readonly Shown[];
  /** The row that a person is at. */
  readonly index: number | null;
  readonly goTo: (index: number) => void;
  readonly actions: Omit<Actions, "retry">;
  readonly view: View;
  readonly setView: (view: View) => void;
};

const HUNKS: readonly Row["kind"][] = ["hunk", "file"];
const FILES: readonly Row["kind"][] = ["file"];

const group = "Diff";

function moves(rows: Rows, at: number, goTo: (index: number) => void): readonly PageCommand[] {
  const move = (by: 1 | -1, kinds: readonly Row["kind"][]) => (): void => {
    const next = nextRow(rows, at, { by, kinds });
    if (next !== null) goTo(next);
  };
  return [
    { id: "diff.next", isMove: true, title: "Next change", group, keys: "j", run: move(1, HUNKS) },
    {
      id: "diff.previous",
      isMove: true,
      title: "Previous change",
      group,
      keys: "k",
      run: move(-1, HUNKS),
    },
    {
      id: "diff.next-file",
      isMove: true,
      title: "Next file",
      group,
      keys: "]",
      run: move(1, FILES),
    },
    {
      id: "diff.previous-file",
      isMove: true,
      title: "Previous file",
      group,
      keys: "[",
      run: move(-1, FILES),
    },
  ];
}

function linkTo(file: Shown | undefined, row: Row, link: Actions["link"]): readonly PageCommand[] {
  if (file === undefined) return [];
  const title = "Copy the link to what is under the cursor";
  const run = (): void => link(file.file.path, spotOf(file, row));
  return [{ id: "diff.link", title, group, keys: "y", run }];
}

export function useReviewKeys({ rows, shown, index, goTo, actions, view, setView }: Keyed): void {
  const at = index ?? -1;
  const here = rows.count === 0 ? null : rows.at(Math.max(at, 0));
  const file = here === null ? undefined : shown[here.file];
  const withFile = (act: (file: Shown) => void) => (): void => {
    if (file !== undefined) act(file);
  };
  const place = file === undefined || here === null ? null : commentPlace(file, here.row);
  useCommands([
    ...moves(rows, at, goTo),
    {
      id: "diff.viewed",
      title: "Mark the file as viewed, or not",
      group,
      keys: "v",
      run: withFile((it) => actions.view(it.file.path)),
    },
    {
      id: "diff.view",
      title: view === "split" ? "Show the diff in one column" : "Show the diff side by side",
      group,
      keys: "s",
      run: () => setView(view === "split" ? "unified" : "split"),
    },
    {
      id: "diff.comment",
      title: "Comment on the line",
      group,
      keys: "c",
      run: () => {
        if (place !== null) actions.write(place);
      },
    },
    ...(index === null || here === null ? [] : linkTo(file, here.row, actions.link)),
    {
      id: "diff.leave",
      title: "Mark what is under the cursor to be left out, or not",
      group,
      keys: "l",
      run: withFile((it) => {
        if (it.left !== null) actions.leave(it.file.path, hunkAt(rows, at));
      }),
    },
    {
      id: "diff.send-back",
      title: "Send back what is under the cursor",
      group,
      keys: "b",
      run: withFile((it) => {
        const { path } = it.file;
        const isHunk = place !== null && here?.row.kind !== "file";
        const what = isHunk ? `${path}, from line ${place.line}` : path;
        actions.sendBack(place ?? { path, side: "new", line: 1, quote: "" }, what);
      }),
    },
  ]);
}

/** The hunk that a row belongs to; null on the head of a file. */
function hunkAt(rows: Rows, index: number): string | null {
  for (let at = index; at >= 0; at -= 1) {
    const { row } = rows.at(at);
    if (row.kind === "hunk") return row.hunk.name;
    if (row.kind === "file") return null;
  }
  return null;
}

/** The line under the cursor; of a hunk or a file, its first changed line. */
function commentPlace({ file, loaded }: Shown, row: Row): Place | null {
  if (loaded.kind !== "read") return null;
  const { patch } = loaded;
  /** What is there now is spoken of rather than what is gone. */
  const lineIn = (first: number, count: number): Place | null => {
    const places = Array.from({ length: count }, (_, at) => first + at);
    const index =
      places.find((at) => patch.kindAt(at) === "added") ??
      places.find((at) => patch.kindAt(at) === "removed");
    return index === undefined ? null : placeOf(file.path, patch.lineAt(index));
  };
  if (row.kind === "line") return placeOf(file.path, patch.lineAt(row.index));
  if (row.kind === "pair") {
    const { left, right } = row.pair;
    return placeOf(file.path, patch.lineAt(right === -1 ? left : right));
  }
  if (row.kind === "hunk") return lineIn(row.hunk.first, row.hunk.count);
  return row.kind === "file" ? lineIn(0, patch.count) : null;
}
