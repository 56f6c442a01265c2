/** The daemon itself: what works now, projects, agents, keys, and who may come in. */
import type {
  Advice,
  AdviceRequest,
  AgentsReport,
  AgentTestRequest,
  AgentTrial,
  AuditNote,
  CreateToken,
  DoctorReport,
  DoctorRequest,
  Fleet,
  FleetPause,
  FleetPaused,
  GcReport,
  Health,
  KeyLine,
  KeyList,
  Landings,
  ProjectLine,
  ProjectView,
  SessionFacts,
  TokenCreated,
  TokenView,
  WebLink,
  WebState,
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

type FleetOrder = "pause" | "stop" | "resume";

export const daemonCalls = ({ json, text }: Send) => ({
  health: (options?: CallOptions): Promise<Health> => json(read("/health", options)),

  fleet: (options?: CallOptions): Promise<Fleet> => json(read("/fleet", options)),

  /** To every run that has not ended; `stop` pauses and ends turns at once. */
  orderFleet: (
    order: FleetOrder,
    wish: FleetPause,
    options?: ChangeOptions,
  ): Promise<FleetPaused> => json(change(pathOf("fleet", order), { json: wish }, options)),

  /** The merge train. */
  landings: (options?: CallOptions): Promise<Landings> => json(read("/landings", options)),

  /** Those that have tasks. */
  projects: async (options?: CallOptions): Promise<readonly ProjectLine[]> =>
    (await json<{ items: ProjectLine[] }>(read("/projects", options))).items,

  /** `path`: a folder of the project. */
  project: (path: string, options?: CallOptions): Promise<ProjectView> =>
    json(read(`/project${search({ path })}`, options)),

  advise: (request: AdviceRequest, options?: ChangeOptions): Promise<Advice> =>
    json(change("/project/advice", { json: request, isPaid: true }, options)),

  /** `path`: a folder of the project; without one, of the user and the catalogue. */
  agents: (
    query: { readonly path?: string | undefined } = {},
    options?: CallOptions,
  ): Promise<AgentsReport> => json(read(`/agents${search(query)}`, options)),

  testAgent: (request: AgentTestRequest, options?: ChangeOptions): Promise<AgentTrial> =>
    json(change("/agents/test", { json: request, isPaid: true }, options)),

  doctor: (request: DoctorRequest, options?: ChangeOptions): Promise<DoctorReport> =>
    json(change("/doctor", { json: request }, options)),

  gc: (options?: ChangeOptions): Promise<GcReport> => json(change("/gc", {}, options)),

  /** The daemon has begun to end when this resolves. */
  stop: async (options?: ChangeOptions): Promise<void> => {
    await text(change("/stop", {}, options));
  },
});

export const accessCalls = ({ json, text }: Send) => ({
  keys: async (options?: CallOptions): Promise<readonly KeyLine[]> =>
    (await json<KeyList>(read("/keys", options))).items,

  /** No call tells its value. */
  setKey: (
    { name, value }: { readonly name: string; readonly value: string },
    options?: ChangeOptions,
  ): Promise<KeyLine> =>
    json(change(pathOf("keys", name), { method: "PUT", text: value }, options)),

  removeKey: async (name: string, options?: ChangeOptions): Promise<void> => {
    await text(change(pathOf("keys", name), { method: "DELETE" }, options));
  },

  /** What the command line did by itself; at the daemon's socket alone. */
  noteInAudit: (note: AuditNote, options?: ChangeOptions): Promise<AuditNote> =>
    json(change("/audit", { json: note }, options)),

  tokens: async (options?: CallOptions): Promise<readonly TokenView[]> =>
    (await json<{ items: TokenView[] }>(read("/tokens", options))).items,

  createToken: (wish: CreateToken, options?: ChangeOptions): Promise<TokenCreated> =>
    json(change("/tokens", { json: wish }, options)),

  removeToken: async (id: string, options?: ChangeOptions): Promise<void> => {
    await text(change(pathOf("tokens", id), { method: "DELETE" }, options));
  },

  /** Who is asking. */
  session: (options?: CallOptions): Promise<SessionFacts> => json(read("/session", options)),

  /** With the one-time code of a link; the answer sets a cookie that scripts cannot read. */
  signIn: (
    code: string,
    options?: ChangeOptions,
  ): Promise<Pick<SessionFacts, "user" | "version">> =>
    json(change("/session", { json: { code } }, options)),

  signOut: async (options?: ChangeOptions): Promise<void> => {
    await text(change("/session", { method: "DELETE" }, options));
  },

  /** Where the command center listens, if it does. */
  web: (options?: CallOptions): Promise<WebState> => json(read("/web", options)),

  /** Opens the command center's listener where it is closed. */
  webLink: (options?: ChangeOptions): Promise<WebLink> => json(change("/web/links", {}, options)),
});
