import type {
  Actor,
  BoardColumn,
  Effect,
  EffectId,
  ModelRequest,
  RunDocument,
  RunEvent,
  RunId,
  Sha256,
  TranscriptEntry,
  UsageTotals,
} from "@tutti/protocol";

/** What a list shows without opening the document. */
export type RunSummary = {
  readonly id: RunId;
  readonly project: string;
  readonly title: string;
  readonly workflow: string;
  readonly state: string;
  readonly text: string;
  readonly attention: number;
  /** Null where the last commit was of a version that kept none. */
  readonly board: BoardFacts | null;
  readonly startedAt: number;
  readonly updatedAt: number;
};

type BoardFacts = {
  readonly column: BoardColumn;
  /** Of those who wrote it, and of those who were chosen to review it. */
  readonly families: { readonly authors: string[]; readonly reviewers: string[] };
};

/** As its document was at that version. */
export type BoardOfRun = {
  readonly run: RunId;
  readonly version: number;
  readonly board: BoardFacts;
};

/** All runs of one project. */
export type ProjectRuns = {
  readonly project: string;
  readonly runs: number;
  /** Of them, those in the states that were asked for. */
  readonly open: number;
  /** When one of them was last written. */
  readonly lastAt: number;
  readonly newest: RunId;
};

type EffectState = "pending" | "active" | "settled" | "cancelled";

export type EffectRow = {
  readonly effect: Effect;
  readonly state: EffectState;
  /** Number of the present or next attempt, from 1. */ readonly attempt: number;
  readonly owner: string | null;
  readonly leaseUntil: number | null;
};

/** Who works on an effect, and until when that holds without a heartbeat. */
export type Lease = { readonly owner: string; readonly until: number };

export type Commit = {
  readonly run: RunId;
  /** Version the decision was made on; 0 for a new run. */
  readonly expectedVersion: number;
  readonly events: readonly Omit<RunEvent, "seq">[];
  readonly document: RunDocument;
  readonly summary: RunSummary;
  /** Rows to open and rows to close, in the same transaction. */
  readonly requested: readonly Effect[];
  readonly settled: readonly EffectId[];
  readonly cancelled: readonly EffectId[];
  readonly audit: {
    readonly at: number;
    readonly actor: Actor;
    readonly action: string;
    readonly outcome: "accepted" | "rejected";
    readonly detail: string;
  };
  /** The request that is answered by it, kept in the same transaction. */
  readonly request?: OnceOnly;
};

/** A request that may be sent again, and is done once. */
export type OnceOnly = {
  readonly key: string;
  /** Hash of all that it asks. */
  readonly fingerprint: string;
};

/** Something that was done outside every run. */
export type Doing = {
  /** Counts up; others are missing between. */
  readonly number: number;
  /** Sequence of the last event before it; 0 when there was none. */
  readonly after: number;
  readonly at: number;
  readonly actor: Actor;
  readonly did: string;
  readonly about: string;
};

export type Committed =
  | { readonly kind: "committed"; readonly events: readonly RunEvent[] }
  | { readonly kind: "stale"; readonly version: number };

export type Page<Item> = { readonly items: readonly Item[]; readonly next: string | null };

export type PageQuery = {
  /** The `next` of the page before. */
  readonly cursor?: string;
  readonly limit: number;
};

/** `attempt`: keys such as `build.2`. `model`: what was served, else what was asked for. */
export type UsageGroup = "step" | "attempt" | "agent" | "family" | "model" | "provider";

export type MeterQuery = {
  /** Absent: of all runs. */
  readonly run?: RunId;
  /** Requests that began then or later. */
  readonly since?: number;
  readonly by?: UsageGroup;
};

export type UsageRow = { readonly key: string; readonly totals: UsageTotals };

/** A transcript after an append. */
export type Growth = {
  readonly session: string;
  /** Entries now. */
  readonly total: number;
  /** Of the newest. */
  readonly at: number;
};

export type Store = {
  /** Durable when it resolves. Atomically or not at all. Concurrent calls may share one transaction. */
  readonly commit: (commit: Commit) => Promise<Committed>;
  /** A refused command leaves its audit line only, and so does what is done outside every run. */
  readonly audit: (line: Commit["audit"] & { readonly run: RunId | null }) => Promise<void>;
  /** Newest first: what was done outside every run, after an event up to that one, before that number. */
  readonly doings: (query: {
    readonly upTo: number;
    readonly before?: number;
    readonly limit: number;
  }) => readonly Doing[];
  /** `null` when there is none, or when it was folded by another FOLD_VERSION: fold `eventsOf` then. */
  readonly document: (run: RunId) => RunDocument | null;
  /** What was done for a request with this key; `version`: of the run after it. */
  readonly request: (
    key: string,
  ) => { readonly fingerprint: string; readonly run: RunId; readonly version: number } | null;
  /** Events of all runs after a global sequence, oldest first. */
  readonly events: (after: number, limit: number) => readonly RunEvent[];
  readonly eventsOf: (run: RunId, after: number, limit: number) => readonly RunEvent[];
  readonly head: () => number;
  /** Newest first. `cursor` is the `next` of the page before. */
  readonly runs: (query: {
    readonly project?: string;
    readonly states?: readonly string[];
    readonly cursor?: string;
    readonly limit: number;
  }) => Page<RunSummary>;
  /** Every project that has runs, the one that was last written first. `open`: states that count as open. */
  readonly projects: (open: readonly string[]) => readonly ProjectRuns[];
  /** Effects that are pending or active. */
  readonly openEffects: () => readonly EffectRow[];
  /** pending → active with a lease, durably. Returns those won; another worker was faster with the rest. */
  readonly claim: (effects: readonly EffectId[], lease: Lease) => Promise<readonly EffectId[]>;
  /** active → pending, counting one more attempt. Nothing happens to a row that is not active. */
  readonly release: (effect: EffectId, notBefore: number | null) => Promise<void>;
  /** Lengthens the leases of active rows that this owner holds. */
  readonly heartbeat: (effects: readonly EffectId[], lease: Lease) => Promise<void>;
  /** What lists show of runs that were stored without it. */
  readonly boards: {
    /** Newest first; `below`: the number of the last one that was told before. */
    readonly missing: (query: {
      readonly below?: number;
      readonly limit: number;
    }) => readonly { readonly number: number; readonly run: RunId }[];
    /** Of a run that has gone on meanwhile nothing is kept. */
    readonly keep: (boards: readonly BoardOfRun[]) => Promise<void>;
  };
  readonly transcript: {
    /**
     * Batched: read at once, durable within TRANSCRIPT_FLUSH_MS or by `flush`. A session's name begins
     * with its run's id and `/`. Entries over a limit are split or shortened.
     */
    readonly append: (session: string, entries: readonly TranscriptEntry[]) => void;
    readonly flush: () => void;
    /**
     * A window of a session by position from 0; `from` may be negative: counted from the end. May hold
     * fewer than `limit` entries, but at least one while there are any from `from` on.
     */
    readonly read: (
      session: string,
      from: number,
      limit: number,
    ) => {
      readonly from: number;
      readonly total: number;
      readonly entries: readonly TranscriptEntry[];
    };
    readonly sessions: (run: RunId) => readonly string[];
    /** Told of each session that grew, at once. Returns what ends it. */
    readonly watch: (listener: (growth: Growth) => void) => () => void;
  };
  /** What models were asked and what it took. */
  readonly meter: {
    /** Durable when it resolves. A request whose id is there already is left as it is. */
    readonly append: (requests: readonly ModelRequest[]) => Promise<void>;
    /**
     * In the order of each key's first request; one row with the key "" when not grouped. What is
     * unknown, such as the family of an unknown model, has the key "". Refused requests count too.
     */
    readonly totals: (query: MeterQuery) => readonly UsageRow[];
    /** Oldest first. */
    readonly requests: (run: RunId, page: PageQuery) => Page<ModelRequest>;
  };
  readonly blobs: {
    readonly put: (bytes: Uint8Array) => Promise<Sha256>;
    readonly get: (hash: Sha256) => Promise<Uint8Array | null>;
  };
  /** Writes what is still buffered, then lets the data folder go. */
  readonly close: () => Promise<void>;
};
