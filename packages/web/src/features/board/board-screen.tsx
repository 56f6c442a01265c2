/** All tasks by where they stand: Working · In review · Ready · Done. */
import type { BoardColumn } from "@tutti/protocol";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useRef } from "react";
import { useCommands } from "../../commands/commands.tsx";
import { classNames } from "../../ui/class-names.ts";
import { ScreenHeading } from "../../ui/heading.tsx";
import { Empty, Failed, Loading } from "../../ui/notice.tsx";
import { useRoving } from "../../ui/roving.ts";
import { BoardColumnView } from "./board-column.tsx";
import { BoardFilters } from "./board-filters.tsx";
import { type Board, useBoard } from "./board-tasks.ts";
import { COLUMNS } from "./columns.ts";
import { locate, neighbour } from "./moves.ts";

export function BoardScreen() {
  const search = useSearch({ from: "/board" });
  const board = useBoard(search);
  const isFiltered = (search.q ?? search.state ?? search.project) !== undefined;
  return (
    <div className="flex h-full flex-col">
      <ScreenHeading title="Board">
        <BoardFilters />
        {search.q !== undefined && <p className="text-muted">{board.read} tasks looked through</p>}
      </ScreenHeading>
      {board.isKnown && <Columns board={board} isFiltered={isFiltered} />}
      {!board.isKnown && board.error !== null && (
        <Failed error={board.error} onRetry={board.retry} />
      )}
      {!board.isKnown && board.error === null && <Loading what="the tasks" />}
    </div>
  );
}

const MOVES = [
  { id: "board.down", title: "Next task", keys: "j", to: "down" },
  { id: "board.up", title: "Previous task", keys: "k", to: "up" },
  { id: "board.left", title: "Column before", keys: "h", to: "left" },
  { id: "board.right", title: "Next column", keys: "l", to: "right" },
] as const;

type ColumnsProps = { readonly board: Board; readonly isFiltered: boolean };

function Columns({ board, isFiltered }: ColumnsProps) {
  const search = useSearch({ from: "/board" });
  const chosen = search.column ?? "working";
  const reveals = useRef(new Map<BoardColumn, (index: number) => void>());
  const lists = COLUMNS.map(({ column }) => ({
    column,
    ids: board.columns[column].runs.map(({ id }) => id as string),
  }));
  const roving = useRoving({
    ids: lists.flatMap(({ ids }) => ids),
    reveal: (flat) => {
      const { column, index } = locate(lists, flat);
      if (column !== null) reveals.current.get(column)?.(index);
    },
  });
  const go = (direction: "down" | "up" | "left" | "right"): void => {
    const id = neighbour(lists, roving.current, direction);
    if (id !== null) roving.focus(id);
  };
  const group = "Board";
  useCommands([
    ...MOVES.map(({ to, ...move }) => ({ ...move, group, isMove: true, run: () => go(to) })),
    {
      id: "board.open",
      title: "Open the task",
      group,
      keys: "o",
      run: () => roving.current !== null && roving.click(roving.current),
    },
  ]);
  if (!isFiltered && board.read === 0) return <Empty title="No task yet" />;
  return (
    <>
      <ColumnChoice board={board} chosen={chosen} />
      <div className="flex min-h-0 flex-1">
        {COLUMNS.map(({ column, word }) => (
          <BoardColumnView
            key={column}
            word={word}
            list={board.columns[column]}
            roving={roving}
            isChosen={column === chosen}
            onReveal={(reveal) => {
              reveals.current.set(column, reveal);
            }}
          />
        ))}
      </div>
    </>
  );
}

type ColumnChoiceProps = { readonly board: Board; readonly chosen: BoardColumn };

/** A narrow screen shows one column. */
function ColumnChoice({ board, chosen }: ColumnChoiceProps) {
  const search = useSearch({ from: "/board" });
  const navigate = useNavigate();
  return (
    <nav aria-label="Columns" className="flex border-b border-line md:hidden">
      {COLUMNS.map(({ column, word }) => (
        <button
          key={column}
          type="button"
          aria-pressed={column === chosen}
          className={classNames(
            "min-h-11 flex-1 border-b-2 px-1",
            column === chosen ? "border-accent font-strong" : "border-transparent text-muted",
          )}
          onClick={() =>
            void navigate({ to: "/board", search: { ...search, column }, replace: true })
          }
        >
          {word} {board.columns[column].runs.length}
        </button>
      ))}
    </nav>
  );
}
