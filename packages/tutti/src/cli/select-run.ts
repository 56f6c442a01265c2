/** Which run is meant: by the beginning of its id, or by being the obvious one of this project. */
import type { RunSummary } from "@tutti/protocol";
import { TuttiError } from "@tutti/protocol/errors";
import type { DaemonClient } from "../client/daemon-client.ts";
import type { Cli } from "./cli.ts";
import { projectRoot } from "./project-root.ts";
import { printableLine } from "./terminal/printable.ts";

const RUN_PREFIX = /^r-[a-z0-9]*$/u;
const FULL_RUN_ID = /^r-[a-z0-9]{12}$/u;
const PAGE = 200;
/** Runs that are looked through for a beginning: 20,000. */
const MAX_PAGES = 100;
const ENDED: ReadonlySet<string> = new Set(["merged", "completed", "failed", "cancelled"]);
/** Runs that an error names. */
const MAX_NAMED = 5;

export type Selected = {
  readonly run: string;
  /** Arguments after the run. */
  readonly rest: readonly string[];
};

/**
 * Takes the first argument when it looks like a run. Without one: for `look` the newest run of this
 * project, for `act` its only run that has not ended. Throws `run.unknown` or `usage`.
 */
export async function selectRun(
  cli: Cli,
  args: readonly string[],
  purpose: "look" | "act",
): Promise<Selected> {
  const client = await cli.client();
  const [first, ...rest] = args;
  if (first !== undefined && RUN_PREFIX.test(first)) {
    return { run: await byPrefix(client, first), rest };
  }
  const project = projectRoot(cli.deps.cwd);
  if (project === null) {
    throw new TuttiError("usage", "Name a run: this folder is not inside a git repository.");
  }
  const { items } = await client.runs({ project, limit: PAGE });
  const run = purpose === "look" ? newest(items) : onlyOpen(items);
  return { run, rest: args };
}

async function byPrefix(client: DaemonClient, prefix: string): Promise<string> {
  if (FULL_RUN_ID.test(prefix)) return prefix;
  const found: RunSummary[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const { items, next } = await client.runs({
      limit: PAGE,
      ...(cursor === null ? {} : { cursor }),
    });
    found.push(...items.filter(({ id }) => id.startsWith(prefix)));
    if (next === null || found.length > 1) break;
    cursor = next;
  }
  const [only, another] = found;
  if (only === undefined) throw new TuttiError("run.unknown", `There is no run ${prefix}….`);
  if (another === undefined || only.id === prefix) return only.id;
  throw new TuttiError("usage", `Several runs begin with ${prefix}: ${named(found)}.`);
}

function newest(items: readonly RunSummary[]): string {
  const [first, ...others] = items;
  if (first === undefined) throw new TuttiError("run.unknown", "This project has no run yet.");
  return others.reduce((best, item) => (item.startedAt > best.startedAt ? item : best), first).id;
}

function onlyOpen(items: readonly RunSummary[]): string {
  const open = items.filter(({ state }) => !ENDED.has(state));
  const [only, another] = open;
  if (only === undefined) {
    throw new TuttiError("run.unknown", "No run of this project is under way.");
  }
  if (another === undefined) return only.id;
  throw new TuttiError("usage", `Several runs are under way; name one: ${named(open)}.`);
}

function named(items: readonly RunSummary[]): string {
  const names = items.slice(0, MAX_NAMED).map(({ id, title }) => `${id} (${printableLine(title)})`);
  return items.length > MAX_NAMED ? `${names.join(", ")}, …` : names.join(", ");
}
