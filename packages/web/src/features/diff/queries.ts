/** What the review reads. A pair of commits never changes, so what was read of it is not read again. */
import { queryOptions } from "@tanstack/react-query";
import { daemon } from "../../api/daemon.ts";
import { parsePatch } from "./patch.ts";
import type { Range } from "./ranges.ts";

/** Patches are large: those that no screen shows are forgotten after this time. */
const PATCH_KEPT_MS = 60_000;

export const changedFilesQuery = (run: string, { from, to }: Range) =>
  queryOptions({
    queryKey: ["diff", run, from, to],
    queryFn: ({ signal }) =>
      daemon.diff(run, { from, to, only: "files" }, { signal }).then(({ files }) => files),
  });

export const patchQuery = (run: string, { from, to }: Range, path: string) =>
  queryOptions({
    queryKey: ["diff", run, from, to, "patch", path],
    gcTime: PATCH_KEPT_MS,
    // It is large and cannot change: comparing it with what was there before would only cost time.
    structuralSharing: false,
    queryFn: async ({ signal }) => {
      const { patch, truncated } = await daemon.diff(run, { from, to, path }, { signal });
      return { patch: parsePatch(patch), isCut: truncated };
    },
  });

export const blameQuery = (run: string, { from, to }: Range, path: string) =>
  queryOptions({
    queryKey: ["diff", run, from, to, "blame", path],
    structuralSharing: false,
    queryFn: ({ signal }) => daemon.blame(run, { from, to, path }, { signal }),
  });

/** By the candidate: only a new one brings a new checkpoint. */
export const checkpointsQuery = (run: string, candidate: string | null) =>
  queryOptions({
    queryKey: ["checkpoints", run, candidate],
    queryFn: ({ signal }) => daemon.checkpoints(run, { signal }),
  });

/** The target moves without a word to us: asked anew each time that the review is opened. */
export const conflictsQuery = (run: string, candidate: string | null) =>
  queryOptions({
    queryKey: ["conflicts", run, candidate],
    staleTime: 0,
    queryFn: ({ signal }) => daemon.conflicts(run, { signal }),
  });

/** Of the candidate, by the person who asks. Their other browsers tell us nothing: asked anew on coming back. */
export const seenQuery = (run: string, candidate: string) =>
  queryOptions({
    queryKey: ["seen", run, candidate],
    staleTime: 0,
    refetchOnWindowFocus: true,
    queryFn: ({ signal }) => daemon.seen(run, { signal }),
  });
