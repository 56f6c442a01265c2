/** What the daemon knows of a project by its folder: what a new task and the settings show. */
import type { AgentsReport, ProjectView } from "@tutti/protocol";
import { queryOptions } from "@tanstack/react-query";
import { requestJson, search } from "./http.ts";

export const projectQuery = (path: string) =>
  queryOptions({
    queryKey: ["project", path],
    queryFn: ({ signal }) =>
      requestJson<ProjectView>({ path: `/project${search({ path })}`, signal }),
    enabled: path.startsWith("/"),
    // Files of the project are no events: they are read when someone looks.
    staleTime: 0,
  });

export const agentsQuery = (path: string | undefined) =>
  queryOptions({
    queryKey: ["agents", path ?? ""],
    queryFn: ({ signal }) =>
      requestJson<AgentsReport>({ path: `/agents${search({ path })}`, signal }),
    staleTime: 0,
  });
