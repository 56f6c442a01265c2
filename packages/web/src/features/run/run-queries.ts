/** What the tabs of a run read beside the run itself. Every key begins with the run: its events renew them. */
import type { RunEvent, SessionView } from "@tutti/protocol";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { requestJson, requestText, search } from "../../api/http.ts";
import { runPath } from "../../api/queries.ts";

export const sessionsQuery = (run: string) =>
  queryOptions({
    queryKey: ["run", run, "sessions"],
    queryFn: ({ signal }) =>
      requestJson<{ items: SessionView[] }>({ path: `${runPath(run)}/sessions`, signal }).then(
        ({ items }) => items,
      ),
  });

const EVENTS_PAGE = 200;

export const eventsQuery = (run: string) =>
  infiniteQueryOptions({
    queryKey: ["run", run, "events"],
    initialPageParam: 0,
    queryFn: ({ signal, pageParam }) =>
      requestJson<{ items: RunEvent[] }>({
        path: `${runPath(run)}/events${search({ after: pageParam, limit: EVENTS_PAGE })}`,
        signal,
      }).then(({ items }) => items),
    getNextPageParam: (last) => (last.length < EVENTS_PAGE ? undefined : last.at(-1)?.version),
  });

/** Named by what it says, so it never changes. */
export const blobQuery = (hash: string) =>
  queryOptions({
    queryKey: ["blob", hash],
    queryFn: ({ signal }) => requestText({ path: `/blobs/${encodeURIComponent(hash)}`, signal }),
  });

export const artifactQuery = ({ run, name, hash }: { run: string; name: string; hash: string }) =>
  queryOptions({
    queryKey: ["run", run, "artifact", name, hash],
    queryFn: ({ signal }) =>
      requestText({ path: `${runPath(run)}/artifacts/${encodeURIComponent(name)}`, signal }),
  });
