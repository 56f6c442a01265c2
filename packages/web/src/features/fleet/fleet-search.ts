/** What the address says of the fleet: its order, and whether it is by project. */
const FLEET_SORTS = ["state", "title", "agent", "tokens", "usd", "startedAt"] as const;
export type FleetSort = (typeof FLEET_SORTS)[number];

export type FleetSearch = {
  readonly sort?: FleetSort;
  readonly down?: true;
  readonly by?: "project";
  /** What is asked before it is done to all of them. */
  readonly ask?: "pause" | "stop";
};

export function fleetSearch(search: Readonly<Record<string, unknown>>): FleetSearch {
  const sort = FLEET_SORTS.find((one) => one === search["sort"]);
  return {
    ...(sort === undefined ? {} : { sort }),
    ...(search["down"] === true ? { down: true } : {}),
    ...(search["by"] === "project" ? { by: "project" } : {}),
    ...(search["ask"] === "pause" || search["ask"] === "stop" ? { ask: search["ask"] } : {}),
  };
}
