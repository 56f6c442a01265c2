/** Rows of the fleet in the order and the groups that the address asks for. */
import type { FleetRow } from "@tutti/protocol";
import type { FleetSearch, FleetSort } from "./fleet-search.ts";

/** What needs someone stands first. */
const RANKS: Record<FleetRow["state"], number> = { waiting: 0, silent: 1, working: 2, queued: 3 };

const VALUES: Record<FleetSort, (row: FleetRow) => number | string> = {
  state: ({ state }) => RANKS[state],
  title: ({ title }) => title,
  agent: ({ agent }) => agent,
  tokens: ({ tokens }) => tokens,
  usd: ({ usd }) => usd,
  startedAt: ({ startedAt }) => startedAt ?? Number.MAX_SAFE_INTEGER,
};

const compare = (left: number | string, right: number | string): number =>
  typeof left === "string" && typeof right === "string"
    ? left.localeCompare(right)
    : Number(left) - Number(right);

export function ordered(
  rows: readonly FleetRow[],
  { sort = "state", down }: FleetSearch,
): readonly FleetRow[] {
  const value = VALUES[sort];
  const direction = down === true ? -1 : 1;
  return rows.toSorted(
    (left, right) =>
      direction * compare(value(left), value(right)) ||
      // Rows that are alike keep their places from one reading to the next.
      left.session.localeCompare(right.session),
  );
}

export type FleetGroup = { readonly path: string | null; readonly rows: readonly FleetRow[] };

export function grouped(rows: readonly FleetRow[], { by }: FleetSearch): readonly FleetGroup[] {
  if (by !== "project") return [{ path: null, rows }];
  return [...Map.groupBy(rows, ({ project }) => project.path)]
    .map(([path, members]) => ({ path, rows: members }))
    .toSorted((left, right) => left.path.localeCompare(right.path));
}
