/** What a run changed, and who wrote it: read from the vault and the run's events. */
import {
  type BlameView,
  type CheckpointView,
  type ConflictsView,
  CommitId,
  type DiffView,
  type RunDocument,
  type RunEvent,
  type RunId,
  TuttiError,
} from "@tutti/protocol";
import type { DiffReads } from "./api.ts";
import { sourceOf } from "./perform/context.ts";
import type { Deps } from "./ports/deps.ts";
import type { ChangedFile } from "./ports/workspaces.ts";

type Range = { readonly from?: string; readonly to?: string };

/** Events of a run read at once. */
const EVENTS_PAGE = 500;

const rangeOf = (state: RunDocument, range: Range) => ({
  from: CommitId.parse(range.from ?? state.base.commit),
  to: CommitId.parse(range.to ?? state.candidate?.commit ?? state.base.commit),
});

/** The one file of a change by its exact name; a path that is none of its files is refused. */
const fileOf = (files: readonly ChangedFile[], path: string): ChangedFile => {
  const found = files.find((file) => file.path === path);
  if (found !== undefined) return found;
  throw new TuttiError("file.unknown", `The change has no file ${JSON.stringify(path)}.`);
};

export const createDiffReads = (
  { eventsOf, workspaces }: Pick<Deps, "workspaces"> & Pick<Deps["store"], "eventsOf">,
  known: (run: RunId) => RunDocument,
): DiffReads => {
  return {
    diff: async (run, query): Promise<DiffView> => {
      const state = known(run);
      const range = rangeOf(state, query);
      const source = sourceOf(state);
      const files = [...(await workspaces.changes(source, range))];
      if (query.only === "files") return { ...range, files, patch: "", truncated: false };
      const named = query.path === undefined ? null : fileOf(files, query.path);
      const paths =
        named === null ? [] : [named.path, ...(named.from === null ? [] : [named.from])];
      const { patch, truncated } = await workspaces.diff(source, { ...range, paths });
      return { ...range, files, patch, truncated };
    },
    checkpoints: (run) => {
      known(run);
      return checkpointsIn(allEvents(eventsOf, run));
    },
    blame: async (run, query) => {
      const state = known(run);
      const range = rangeOf(state, query);
      const file = fileOf(await workspaces.changes(sourceOf(state), range), query.path);
      const checkpoints = checkpointsIn(allEvents(eventsOf, run));
      return await blameOf(workspaces, { state, to: range.to, file, checkpoints });
    },
    conflicts: async (run): Promise<ConflictsView> => {
      const state = known(run);
      const target = state.target.branch;
      const commit = state.candidate?.commit ?? state.base.commit;
      const { tip, paths } = await workspaces.conflicts(sourceOf(state), { target, commit });
      return { target, tip, commit, paths: [...paths] };
    },
  };
};

type Blamed = {
  readonly state: RunDocument;
  readonly to: CommitId;
  readonly file: ChangedFile;
  readonly checkpoints: readonly CheckpointView[];
};

/** From the base of the run, so that a range within it names the writers of every line too. */
async function blameOf(
  workspaces: Deps["workspaces"],
  { state, to, file, checkpoints }: Blamed,
): Promise<BlameView> {
  const source = sourceOf(state);
  const { path, status } = file;
  const from = state.base.commit;
  const commits = checkpoints.map(({ commit }) => commit);
  const owners = await workspaces.owners(source, { from, checkpoints: commits });
  const isGone = status === "deleted";
  const { lines, touched, isLate } = await workspaces.blame(source, { from, to, path, isGone });
  return {
    path,
    to,
    lines: lines.map(({ start, count, commit }) => {
      return { start, count, checkpoint: owners.get(commit) ?? null };
    }),
    touched: [...new Set(touched.flatMap((commit) => owners.get(commit) ?? []))],
    isLate,
  };
}

function allEvents(eventsOf: Deps["store"]["eventsOf"], run: RunId): readonly RunEvent[] {
  const all: RunEvent[] = [];
  for (;;) {
    const page = eventsOf(run, all.at(-1)?.version ?? 0, EVENTS_PAGE);
    all.push(...page);
    if (page.length < EVENTS_PAGE) return all;
  }
}

/** Those that changed something, in their order; an attempt is the one that was under way. */
function checkpointsIn(events: readonly RunEvent[]): CheckpointView[] {
  const attempts = new Map<string, number>();
  const found: CheckpointView[] = [];
  for (const { body, at } of events) {
    if (body.type === "step.started") attempts.set(body.step, body.attempt);
    if (body.type !== "checkpoint.created" || body.changed.length === 0) continue;
    const { candidate, parent, step, by, family, changed } = body;
    const authors = body.authors ?? [{ name: by, family, models: [] }];
    found.push({
      commit: candidate.commit,
      parent,
      step,
      attempt: step === null ? null : (attempts.get(step) ?? null),
      by,
      authors: authors.map(({ name, family: own, models }) => ({ name, family: own, models })),
      changed: changed.length,
      at,
    });
  }
  return found;
}
