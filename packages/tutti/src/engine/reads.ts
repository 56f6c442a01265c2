/** Reading sides of the engine: documents, lists, artifacts, transcripts, diffs. Nothing here changes state. */
import {
  type AttentionItem,
  type RunDocument,
  type RunId,
  Sha256,
  TuttiError,
} from "@tutti/protocol";
import { attention } from "../domain/attention.ts";
import { statusOf, withSignal } from "../domain/status.ts";
import type { DiffReads, Engine } from "./api.ts";
import { createDiffReads } from "./diff-reads.ts";
import { turnSession } from "./perform/context.ts";
import type { Deps } from "./ports/deps.ts";
import type { Runs } from "./runs.ts";

/** Of runs that have not ended: they are looked at for the attention queue. */
const LIVE_STATES = ["queued", "working", "waiting", "paused"] as const;
const PAGE = 200;

type Reads = Pick<
  Engine,
  | "document"
  | "status"
  | "attention"
  | "runs"
  | "projects"
  | "usage"
  | "events"
  | "eventsOf"
  | "head"
  | "artifact"
  | "blob"
  | keyof DiffReads
  | "sessions"
  | "transcript"
  | "watchTranscripts"
  | "capabilities"
> & { readonly unfinished: () => readonly RunId[] };

/** Page by page: there may be thousands. */
const unfinishedRuns = (store: Deps["store"]): readonly RunId[] => {
  const found: RunId[] = [];
  let cursor: string | undefined;
  do {
    const page = store.runs({
      states: LIVE_STATES,
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    found.push(...page.items.map((item) => item.id));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return found;
};

const queueOf = (runs: Runs, unfinished: readonly RunId[]): AttentionItem[] =>
  unfinished
    .flatMap((run) => {
      const state = runs.document(run);
      return state === null ? [] : [...attention(state)];
    })
    .toSorted((left, right) => left.since - right.since);

/** When an agent that works now was heard last; null while none does, or while its turn is only queued. */
export const heardAt = ({ transcript }: Deps["store"], state: RunDocument): number | null => {
  const times = Object.values(state.effects).flatMap(({ payload }) => {
    if (payload.kind !== "agent.turn" && payload.kind !== "review.turn") return [];
    return transcript.read(turnSession(state, payload), -1, 1).entries.map(({ at }) => at);
  });
  return times.length === 0 ? null : Math.max(...times);
};

export const createReads = (deps: Deps, runs: Runs): Reads => {
  const { store } = deps;

  const known = (run: RunId) => {
    const state = runs.document(run);
    if (state === null) throw new TuttiError("run.unknown", `There is no run ${run}.`);
    return state;
  };

  return {
    ...createDiffReads({ eventsOf: store.eventsOf, workspaces: deps.workspaces }, known),
    unfinished: () => unfinishedRuns(store),
    document: (run) => runs.document(run),
    status: (run) => {
      const state = runs.document(run);
      if (state === null) return null;
      return withSignal(statusOf(state), { heardAt: heardAt(store, state), now: deps.clock.now() });
    },
    attention: () => queueOf(runs, unfinishedRuns(store)),
    runs: (query) => store.runs(query),
    projects: () => store.projects(LIVE_STATES),
    usage: (query) => store.meter.totals(query),
    events: (after, limit) => store.events(after, limit),
    eventsOf: (run, after, limit) => store.eventsOf(run, after, limit),
    head: () => store.head(),
    artifact: async (run, name) => {
      const artifacts = runs.document(run)?.artifacts ?? {};
      const stored = Object.hasOwn(artifacts, name) ? artifacts[name] : undefined;
      const bytes = stored === undefined ? null : await store.blobs.get(stored.artifact.hash);
      return bytes === null ? null : new TextDecoder().decode(bytes);
    },
    blob: async (hash) => {
      const parsed = Sha256.safeParse(hash);
      return parsed.success ? await store.blobs.get(parsed.data) : null;
    },
    sessions: (run) => store.transcript.sessions(run),
    transcript: (session, from, limit) => store.transcript.read(session, from, limit),
    watchTranscripts: store.transcript.watch,
    capabilities: () => deps.sandbox.capabilities(),
  };
};
