/** What the review reads. A pair of commits never changes, so what was read of it is not read again. */
import type { BlameView, CheckpointView, ConflictsView, DiffView } from "@tutti/protocol";
import { queryOptions } from "@tanstack/react-query";
import { requestJson, search } from "../../api/http.ts";
import { runPath } from "../../api/queries.ts";
import { parsePatch } from "./patch.ts";
import type { Range } from "./ranges.ts";

/** Patches are large: those that no screen shows are forgotten after this time. */
const PATCH_KEPT_MS = 60_000;

export const changedFilesQuery = (run: string, { from, to }: Range) =>
  queryOptions({
    queryKey: ["diff", run, from, to],
    queryFn: ({ signal }) =>
      requestJson<DiffView>({
        path: `${runPath(run)}/diff${search({ from, to, only: "files" })}`,
        signal,
      }).then(({ files }) => files),
  });

export const patchQuery = (run: string, { from, to }: Range, path: string) =>
  queryOptions({
    queryKey: ["diff", run, from, to, "patch", path],
    gcTime: PATCH_KEPT_MS,
    // It is large and cannot change: comparing it with what was there before would only cost time.
    structuralSharing: false,
    queryFn: async ({ signal }) => {
      const { patch, truncated } = await requestJson<DiffView>({
        path: `${runPath(run)}/diff${search({ from, to, path })}`,
        signal,
      });
      return { patch: parsePatch(patch), isCut: truncated };
    },
  });

export const blameQuery = (run: string, { from, to }: Range, path: string) =>
  queryOptions({
    queryKey: ["diff", run, from, to, "blame", path],
    structuralSharing: false,
    queryFn: ({ signal }) =>
      requestJson<BlameView>({
        path: `${runPath(run)}/blame${search({ from, to, path })}`,
        signal,
      }),
  });

/** By the candidate: only a new one brings a new checkpoint. */
export const checkpointsQuery = (run: string, candidate: string | null) =>
  queryOptions({
    queryKey: ["checkpoints", run, candidate],
    queryFn: ({ signal }) =>
      requestJson<{ items: CheckpointView[] }>({
        path: `${runPath(run)}/checkpoints`,
        signal,
      }).then(({ items }) => items),
  });

/** The target moves without a word to us: asked anew each time that the review is opened. */
export const conflictsQuery = (run: string, candidate: string | null) =>
  queryOptions({
    queryKey: ["conflicts", run, candidate],
    staleTime: 0,
    queryFn: ({ signal }) =>
      requestJson<ConflictsView>({ path: `${runPath(run)}/conflicts`, signal }),
  });
