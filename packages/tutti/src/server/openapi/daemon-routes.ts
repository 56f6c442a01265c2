/** Routes of the daemon: the fleet, projects, agents, keys, who may come in, and the stream of events. */
import { RunId } from "@tutti/protocol";
import { type Route, text, wholeNumber } from "./route.ts";

const folder = text.max(4096).describe("Absolute path of a folder of the project.");

const FLEET: readonly Route[] = [
  { method: "get", path: "/fleet", summary: "Every turn that has not ended.", answer: "Fleet" },
  {
    method: "post",
    path: "/fleet/pause",
    summary: "Pause every task; what is under way ends first.",
    body: "FleetPause",
    answer: "FleetPaused",
  },
  {
    method: "post",
    path: "/fleet/stop",
    summary: "Pause every task and end what agents do at once.",
    body: "FleetPause",
    answer: "FleetPaused",
  },
  {
    method: "post",
    path: "/fleet/resume",
    summary: "Go on with every paused task.",
    answer: "FleetPaused",
  },
  {
    method: "get",
    path: "/landings",
    summary: "The merge train: tasks with nothing but their merge ahead, and the last merges.",
    answer: "Landings",
  },
  { method: "get", path: "/projects", summary: "Projects with tasks.", answer: "ProjectList" },
  {
    method: "get",
    path: "/project",
    summary: "A project's branches, and its rules and workflows as they are committed.",
    query: { path: folder },
    answer: "ProjectView",
  },
  {
    method: "post",
    path: "/project/advice",
    summary: "How big a task is, what to call it and which workflow fits, as a model says.",
    body: "AdviceRequest",
    answer: "Advice",
  },
  {
    method: "get",
    path: "/agents",
    summary: "Agents, and what each lacks.",
    query: { path: folder.optional() },
    answer: "AgentsReport",
  },
  {
    method: "post",
    path: "/agents/test",
    summary: "One small edit by an agent in a throw-away workspace, measured.",
    body: "AgentTestRequest",
    answer: "AgentTrial",
  },
];

const ACCESS: readonly Route[] = [
  { method: "get", path: "/keys", summary: "Names of stored keys.", answer: "KeyList" },
  {
    method: "put",
    path: "/keys/:name",
    summary: "Store a key. No route tells its value.",
    body: "text",
    answer: "KeyLine",
  },
  { method: "delete", path: "/keys/:name", summary: "Remove a key.", answer: "KeyRemoved" },
  { method: "get", path: "/tokens", summary: "Tokens of programs.", answer: "TokenList" },
  {
    method: "post",
    path: "/tokens",
    summary: "Make a token. It is told once.",
    body: "CreateToken",
    answer: "TokenCreated",
    status: 201,
  },
  {
    method: "delete",
    path: "/tokens/:token",
    summary: "Remove a token; its streams end.",
    answer: "TokenRemoved",
  },
  { method: "get", path: "/session", summary: "Who is asking.", answer: "SessionFacts" },
  {
    method: "post",
    path: "/session",
    summary: "Sign a browser in with the code of a link.",
    body: "ExchangeCode",
    answer: "SessionStarted",
    status: 201,
  },
  { method: "delete", path: "/session", summary: "Sign out.", answer: "SessionEnded" },
  { method: "get", path: "/web", summary: "The port of the command center.", answer: "WebState" },
  {
    method: "post",
    path: "/web/links",
    summary: "A link that signs one browser in, once; only at the daemon's socket.",
    answer: "WebLink",
    status: 201,
  },
];

const DAEMON: readonly Route[] = [
  { method: "get", path: "/health", summary: "The daemon is there.", answer: "Health" },
  {
    method: "post",
    path: "/doctor",
    summary: "What the machine and a project offer.",
    body: "DoctorRequest",
    answer: "DoctorReport",
  },
  { method: "post", path: "/gc", summary: "Remove what no task needs.", answer: "GcReport" },
  {
    method: "post",
    path: "/stop",
    summary: "End the daemon; tasks go on when it is started again.",
    answer: "Stopping",
    status: 202,
  },
  {
    method: "get",
    path: "/events",
    summary:
      "Server-sent events: `ready`, `run` (a RunEvent, by global sequence) and `activity`. Taken up again by `Last-Event-ID`.",
    query: { after: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional(), run: RunId.optional() },
    answer: "events",
  },
  { method: "get", path: "/openapi.json", summary: "This document.", answer: "document" },
];

export const DAEMON_ROUTES: readonly Route[] = [...FLEET, ...ACCESS, ...DAEMON];
