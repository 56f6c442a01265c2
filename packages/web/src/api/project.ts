/** What the daemon knows of a project by its folder: what a new task and the settings show. */
import { queryOptions } from "@tanstack/react-query";
import { daemon } from "./daemon.ts";

export const projectQuery = (path: string) =>
  queryOptions({
    queryKey: ["project", path],
    queryFn: ({ signal }) => daemon.project(path, { signal }),
    enabled: path.startsWith("/"),
    // Files of the project are no events: they are read when someone looks.
    staleTime: 0,
  });

export const agentsQuery = (path: string | undefined) =>
  queryOptions({
    queryKey: ["agents", path ?? ""],
    queryFn: ({ signal }) => daemon.agents({ path }, { signal }),
    staleTime: 0,
  });
