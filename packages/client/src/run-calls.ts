/** Tasks: starting one, reading it, answering it. */
import type {
  Accepted,
  AttentionItem,
  AuditActor,
  AuditPage,
  Opinion,
  PersonCommand,
  RunPage,
  RunStarted,
  RunView,
  SearchResult,
  StartRun,
  UsageGroup,
  UsageReport,
} from "@tutti/protocol";
import {
  type CallOptions,
  change,
  type ChangeOptions,
  pathOf,
  read,
  search,
  type Send,
} from "./requests.ts";

type RunsQuery = {
  /** Id of a project, or the root of its work tree. */
  readonly project?: string | undefined;
  readonly states?: readonly string[] | undefined;
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
};

type UsageQuery = {
  readonly run?: string | undefined;
  readonly by?: UsageGroup | undefined;
  /** Milliseconds since the epoch. */
  readonly since?: number | undefined;
};

type AuditQuery = {
  readonly actor?: AuditActor | undefined;
  readonly run?: string | undefined;
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
};

type Amendment = {
  readonly name: string;
  readonly text: string;
  /** Hash of the artifact that was read: one that has changed since is not overwritten. */
  readonly replaces?: string | undefined;
};

export const runCalls = ({ json }: Send) => ({
  /** The same key again answers with the run that the first request started. */
  startRun: (request: StartRun, options?: ChangeOptions): Promise<RunStarted> =>
    json(change("/runs", { json: request }, options)),

  runs: ({ states, ...query }: RunsQuery = {}, options?: CallOptions): Promise<RunPage> =>
    json(read(`/runs${search({ ...query, states: states?.join(",") })}`, options)),

  run: (run: string, options?: CallOptions): Promise<RunView> =>
    json(read(pathOf("runs", run), options)),

  command: (run: string, command: PersonCommand, options?: ChangeOptions): Promise<Accepted> =>
    json(change(pathOf("runs", run, "commands"), { json: command }, options)),

  /** Pauses a run and ends its turns at once. */
  halt: (run: string, reason: string, options?: ChangeOptions): Promise<Accepted> =>
    json(change(pathOf("runs", run, "halt"), { json: { reason } }, options)),

  /** Replaces an artifact of a run. */
  amend: (
    run: string,
    { name, text, replaces }: Amendment,
    options?: ChangeOptions,
  ): Promise<Accepted> => {
    const headers = replaces === undefined ? {} : { "if-match": `"${replaces}"` };
    const path = pathOf("runs", run, "artifacts", name);
    return json(change(path, { method: "PUT", text, headers }, options));
  },

  opinion: (
    run: string,
    finding: string,
    { agent, ...options }: ChangeOptions & { readonly agent?: string } = {},
  ): Promise<Opinion> => {
    const path = pathOf("runs", run, "findings", finding, "opinion");
    const body = agent === undefined ? {} : { agent };
    return json(change(path, { json: body, isPaid: true }, options));
  },

  attention: async (
    query: { readonly run?: string | undefined } = {},
    options?: CallOptions,
  ): Promise<readonly AttentionItem[]> => {
    const path = `/attention${search(query)}`;
    return (await json<{ items: AttentionItem[] }>(read(path, options))).items;
  },

  usage: (query: UsageQuery, options?: CallOptions): Promise<UsageReport> =>
    json(read(`/usage${search(query)}`, options)),

  /** Tasks, findings, artifacts and files that have every word. */
  search: (
    query: { readonly q: string; readonly limit?: number | undefined },
    options?: CallOptions,
  ): Promise<SearchResult> => json(read(`/search${search(query)}`, options)),

  /** Who did what, newest first. */
  audit: (query: AuditQuery = {}, options?: CallOptions): Promise<AuditPage> =>
    json(read(`/audit${search(query)}`, options)),
});
