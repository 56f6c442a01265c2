/** The record of a task: what was written, said and changed. */
import type {
  BlameView,
  CheckpointView,
  ConflictsView,
  DiffView,
  RunEvent,
  SeenView,
  SessionView,
  ShellSpec,
  TranscriptWindow,
} from "@tutti/protocol";
import { type CallOptions, pathOf, read, search, type Send } from "./requests.ts";

/** Commits. */
type Range = { readonly from?: string | undefined; readonly to?: string | undefined };

type DiffQuery = Range & {
  /** The patch of this file alone. */
  readonly path?: string | undefined;
  /** No patch at all. */
  readonly only?: "files" | undefined;
};

type Window = { readonly from: number; readonly limit: number };

type List<Item> = { readonly items: readonly Item[] };

export const recordCalls = ({ json, text }: Send) => ({
  eventsOf: async (
    run: string,
    window: { readonly after: number; readonly limit?: number | undefined },
    options?: CallOptions,
  ): Promise<readonly RunEvent[]> => {
    const path = `${pathOf("runs", run, "events")}${search(window)}`;
    return (await json<List<RunEvent>>(read(path, options))).items;
  },

  artifact: (run: string, name: string, options?: CallOptions): Promise<string> =>
    text(read(pathOf("runs", run, "artifacts", name), options)),

  /** Stored text by its SHA-256. */
  blob: (hash: string, options?: CallOptions): Promise<string> =>
    text(read(pathOf("blobs", hash), options)),

  sessions: async (run: string, options?: CallOptions): Promise<readonly SessionView[]> =>
    (await json<List<SessionView>>(read(pathOf("runs", run, "sessions"), options))).items,

  /** A window by position; a negative `from` counts from the end. */
  transcript: (session: string, window: Window, options?: CallOptions): Promise<TranscriptWindow> =>
    json(read(`${pathOf("sessions", session, "transcript")}${search(window)}`, options)),

  diff: (run: string, query: DiffQuery = {}, options?: CallOptions): Promise<DiffView> =>
    json(read(`${pathOf("runs", run, "diff")}${search(query)}`, options)),

  /** Which checkpoint brought the lines of a file. */
  blame: (
    run: string,
    query: Range & { readonly path: string },
    options?: CallOptions,
  ): Promise<BlameView> => json(read(`${pathOf("runs", run, "blame")}${search(query)}`, options)),

  checkpoints: async (run: string, options?: CallOptions): Promise<readonly CheckpointView[]> =>
    (await json<List<CheckpointView>>(read(pathOf("runs", run, "checkpoints"), options))).items,

  /** What whoever asks has seen of the candidate. */
  seen: (run: string, options?: CallOptions): Promise<SeenView> =>
    json(read(pathOf("runs", run, "seen"), options)),

  /** What a merge would meet at this moment. */
  conflicts: (run: string, options?: CallOptions): Promise<ConflictsView> =>
    json(read(pathOf("runs", run, "conflicts"), options)),

  /** What a terminal inside the fence is launched with. */
  shell: (run: string, options?: CallOptions): Promise<ShellSpec> =>
    json(read(pathOf("runs", run, "shell"), options)),
});
