import type { FleetRow } from "@tutti/protocol";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useLive } from "../../api/live-context.tsx";
import { useStore } from "../../api/store.ts";
import { withNamed } from "../../ui/hidden-characters.ts";
import type { Roving } from "../../ui/roving.ts";
import { endOf, heard, type History } from "./activity.ts";
import { type FleetActions, FleetLine } from "./fleet-row.tsx";
import { grouped, ordered } from "./fleet-order.ts";
import { fleetSearch, type FleetSort } from "./fleet-search.ts";

const COLUMNS: readonly {
  readonly word: string;
  readonly sort?: FleetSort;
  readonly look: string;
}[] = [
  { word: "State", sort: "state", look: "w-40 text-start max-sm:hidden" },
  { word: "Task", sort: "title", look: "w-1/3 text-start max-md:w-full" },
  { word: "Doing now", look: "w-2/3 text-start max-md:hidden" },
  { word: "Agent", sort: "agent", look: "text-start max-xl:hidden" },
  { word: "Last minute", look: "text-start max-md:hidden whitespace-nowrap" },
  { word: "Tokens", sort: "tokens", look: "text-end max-xl:hidden" },
  { word: "Cost", sort: "usd", look: "text-end max-sm:hidden" },
  { word: "For", sort: "startedAt", look: "text-end max-xl:hidden" },
];

type FleetTableProps = FleetActions & {
  readonly rows: readonly FleetRow[];
  readonly roving: Roving;
};

export function FleetTable({ rows, roving, onPause, onStop }: FleetTableProps) {
  const search = useSearch({ from: "/fleet" });
  const { history, end } = useHistory(rows);
  return (
    <table className="w-full border-collapse">
      <thead>
        <tr className="border-b border-line">
          {COLUMNS.map((column) => (
            <Heading key={column.word} {...column} />
          ))}
          <th scope="col" className="px-2">
            <span className="sr-only">Actions</span>
          </th>
        </tr>
      </thead>
      {grouped(ordered(rows, search), search).map(({ path, rows: members }) => (
        <tbody key={path ?? ""}>
          {path !== null && (
            <tr className="border-b border-line bg-raised">
              <th scope="rowgroup" colSpan={9} className="px-3 py-1 text-start font-mono text-xs">
                {withNamed(path)} <span className="font-sans text-muted">{members.length}</span>
              </th>
            </tr>
          )}
          {members.map((row) => (
            <FleetLine
              key={row.session}
              row={row}
              samples={history.get(row.session)}
              end={end}
              focus={roving.row(row.session)}
              onPause={onPause}
              onStop={onStop}
            />
          ))}
        </tbody>
      ))}
    </table>
  );
}

/** Grows with each frame and each reading; one that brings nothing new changes nothing. */
function useHistory(rows: readonly FleetRow[]): {
  readonly history: History;
  readonly end: number;
} {
  const activity = useStore(useLive().activity);
  const known = rows.map(({ session, total, lastAt }) => {
    const grown = activity[session];
    return grown === undefined || grown.total <= total
      ? { session, total, lastAt }
      : { session, total: grown.total, lastAt: grown.at };
  });
  const [history, setHistory] = useState<History>(() => heard(new Map(), known));
  const next = heard(history, known);
  if (next !== history) setHistory(next);
  return { history: next, end: endOf(known) };
}

type HeadingProps = (typeof COLUMNS)[number];

function Heading({ word, sort, look }: HeadingProps) {
  const search = useSearch({ from: "/fleet" });
  const navigate = useNavigate();
  const isSorted = sort !== undefined && (search.sort ?? "state") === sort;
  const isDown = isSorted && search.down === true;
  const classes = `px-3 py-1.5 font-normal text-muted ${look}`;
  if (sort === undefined)
    return (
      <th scope="col" className={classes}>
        {word}
      </th>
    );
  const order = isDown ? "descending" : "ascending";
  return (
    <th scope="col" className={classes} aria-sort={isSorted ? order : undefined}>
      <button
        type="button"
        className="hover:text-text"
        onClick={() =>
          void navigate({
            to: "/fleet",
            search: fleetSearch({ ...search, sort, down: isSorted && !isDown }),
            replace: true,
          })
        }
      >
        {word}
        <span aria-hidden="true">{isSorted ? (isDown ? " ↓" : " ↑") : ""}</span>
      </button>
    </th>
  );
}
