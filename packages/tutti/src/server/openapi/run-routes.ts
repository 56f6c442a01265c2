/** Routes of runs and of what belongs to one. */
import {
  AuditActor,
  BlobLook,
  CommitId,
  MAX_PAGE,
  MAX_PATH_CHARS,
  MAX_SEARCH_CHARS,
  MAX_SEARCH_HITS,
  MAX_TRANSCRIPT_PAGE,
  RunId,
  UsageGroup,
} from "@tutti/protocol";
import { z } from "zod";
import { type Route, text, wholeNumber } from "./route.ts";

const limit = wholeNumber(1, MAX_PAGE).optional();
const range = { from: CommitId.optional(), to: CommitId.optional() };
const file = text.min(1).max(MAX_PATH_CHARS);

export const RUN_ROUTES: readonly Route[] = [
  {
    method: "post",
    path: "/runs",
    summary: "Start a task in a project.",
    body: "StartRun",
    answer: "RunStarted",
    status: 201,
  },
  {
    method: "get",
    path: "/runs",
    summary: "Tasks, newest first, page by page.",
    query: {
      project: text.describe("Id of a project, or the root of its work tree.").optional(),
      states: text.describe("States, separated by commas.").optional(),
      cursor: text.describe("`next` of the page before.").optional(),
      limit,
    },
    answer: "RunPage",
  },
  { method: "get", path: "/runs/:run", summary: "Everything of one task.", answer: "RunView" },
  {
    method: "post",
    path: "/runs/:run/commands",
    summary: "Answer what a task asks, or tell it what to do.",
    body: "PersonCommand",
    answer: "Accepted",
  },
  {
    method: "post",
    path: "/runs/:run/halt",
    summary: "Pause a task and end what its agents do at once.",
    body: "FleetPause",
    answer: "Accepted",
  },
  {
    method: "post",
    path: "/runs/:run/findings/:finding/opinion",
    summary: "A second opinion on a finding by a model, kept as a comment on it.",
    body: "OpinionRequest",
    answer: "Opinion",
  },
  {
    method: "get",
    path: "/runs/:run/events",
    summary: "What happened in a task, in order.",
    query: { after: wholeNumber(0, 1_000_000_000).optional(), limit },
    answer: "RunEventList",
  },
  {
    method: "get",
    path: "/runs/:run/artifacts/:name",
    summary: "The text of an artifact.",
    answer: "text",
  },
  {
    method: "put",
    path: "/runs/:run/artifacts/:name",
    summary: "Replace an artifact; what rests on it becomes stale.",
    body: "text",
    answer: "Accepted",
  },
  {
    method: "get",
    path: "/runs/:run/sessions",
    summary: "Sessions of a task, each with a transcript.",
    answer: "SessionList",
  },
  {
    method: "get",
    path: "/runs/:run/shell",
    summary: "What a terminal inside the fence of a task is launched with.",
    answer: "ShellSpec",
  },
  {
    method: "get",
    path: "/runs/:run/diff",
    summary: "What a task changed, or the difference of two of its commits.",
    query: {
      ...range,
      path: file.describe("The patch of this file alone.").optional(),
      only: z.enum(["files"]).describe("No patch at all.").optional(),
    },
    answer: "DiffView",
  },
  {
    method: "get",
    path: "/runs/:run/blame",
    summary: "Which checkpoint brought the lines of a file.",
    query: { ...range, path: file },
    answer: "BlameView",
  },
  {
    method: "get",
    path: "/runs/:run/checkpoints",
    summary: "The work of each attempt and of each person, oldest first.",
    answer: "CheckpointList",
  },
  {
    method: "get",
    path: "/runs/:run/seen",
    summary: "What you have seen of the candidate, in any browser or by command.",
    answer: "SeenView",
  },
  {
    method: "get",
    path: "/runs/:run/conflicts",
    summary: "What a merge into the target branch would meet at this moment.",
    answer: "ConflictsView",
  },
  {
    method: "get",
    path: "/sessions/:session/transcript",
    summary: "A window of a transcript by position; a negative `from` counts from the end.",
    query: {
      from: wholeNumber(-1_000_000_000, 1_000_000_000).optional(),
      limit: wholeNumber(1, MAX_TRANSCRIPT_PAGE).optional(),
    },
    answer: "TranscriptWindow",
  },
  {
    method: "get",
    path: "/blobs/:hash",
    summary: "Bytes by their SHA-256; to be shown as plain text, or as a picture if they are one.",
    query: { as: BlobLook.optional() },
    answer: "bytes",
  },
  {
    method: "get",
    path: "/attention",
    summary: "What needs a person, oldest first.",
    query: { run: RunId.optional() },
    answer: "AttentionList",
  },
  {
    method: "get",
    path: "/usage",
    summary: "What models were asked, and what it took.",
    query: {
      run: RunId.optional(),
      by: UsageGroup.optional(),
      since: wholeNumber(0, 10_000_000_000_000).optional(),
    },
    answer: "UsageReport",
  },
  {
    method: "get",
    path: "/search",
    summary: "Tasks, findings, artifacts and files that have every word.",
    query: {
      q: text.max(MAX_SEARCH_CHARS).optional(),
      limit: wholeNumber(1, MAX_SEARCH_HITS).optional(),
    },
    answer: "SearchResult",
  },
  {
    method: "get",
    path: "/audit",
    summary: "Who did what, in all tasks and outside them, newest first.",
    query: {
      cursor: text.describe("`next` of the page before.").optional(),
      limit,
      actor: AuditActor.optional(),
      run: RunId.optional(),
    },
    answer: "AuditPage",
  },
  {
    method: "post",
    path: "/audit",
    summary:
      "Note a key that the command line stored or removed by itself; at the daemon's socket alone.",
    body: "AuditNote",
    answer: "AuditNote",
    status: 201,
  },
];
