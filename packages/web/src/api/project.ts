/** What the daemon knows of a project by its folder: what a new task and the settings show. */
import type { AgentsReport } from "@tutti/protocol";
import { queryOptions } from "@tanstack/react-query";
import { requestJson, search } from "./http.ts";

export type ProjectWorkflow = {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly origin: "builtin" | "project";
  readonly stages: readonly string[];
  readonly waives: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
};

export type ProjectFacts = {
  readonly id: string;
  readonly root: string;
  readonly branches: readonly string[];
  /** Checked out; null when none is. */
  readonly branch: string | null;
  readonly target: string | null;
  readonly workflows: readonly ProjectWorkflow[];
  readonly roles: unknown;
  readonly checks: unknown;
  readonly recipe: unknown;
  readonly policy: unknown;
  readonly budgets: unknown;
  readonly models: unknown;
  readonly warnings: readonly string[];
};

export const projectQuery = (path: string) =>
  queryOptions({
    queryKey: ["project", path],
    queryFn: ({ signal }) =>
      requestJson<ProjectFacts>({ path: `/project${search({ path })}`, signal }),
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
