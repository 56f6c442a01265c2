/**
 * One request of an agent, from its head to its record:
 *
 *     path → token → body → policy → budget → place → provider → answer → record
 *
 * Each stage may end it with a refusal in the agent's own dialect. What the provider answers is passed
 * on as it is, read by the meter on its way. However it ends, it ends once: the reservation is settled,
 * the place given back and the request recorded.
 */
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import type { ModelOutcome } from "@tutti/protocol";
import { backwardHeaders, onwardHeaders, presentedKeys } from "./headers.ts";
import type { HeaderMap } from "./headers.ts";
import { passOn } from "./pass-on.ts";
import { refuseModels, refuseUnpriced } from "./policy.ts";
import { toAnswer } from "./refusal.ts";
import type { Refusal } from "./refusal.ts";
import { NO_BODY, readRequest } from "./request-body.ts";
import type { RequestFacts } from "./request-body.ts";
import { findRoute, pathAt, readQuery, USUAL_DIALECT } from "./routes.ts";
import type { Route } from "./routes.ts";
import type { Scene } from "./scene.ts";
import { refuseServerTools } from "./server-tools.ts";
import { Tally } from "./tally.ts";
import type { UpstreamFailure } from "./upstream.ts";

export type Incoming = {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: HeaderMap;
  /** The whole body, or why there is none. */
  readonly body: () => Promise<Buffer | Refusal>;
  /** The agent has gone, or the session ends. */
  readonly signal: AbortSignal;
  /** False for the daemon's own requests, which nobody else can make. */
  readonly needsToken: boolean;
};

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Readable;
};

export const refused = (dialect: Route["dialect"], refusal: Refusal): Answer => {
  const { status, headers, text } = toAnswer(dialect, refusal);
  return { status, headers, body: Readable.from([Buffer.from(text)]) };
};

type Stage = {
  readonly scene: Scene;
  readonly route: Route;
  readonly incoming: Incoming;
  readonly query: string;
  readonly tally: Tally;
};

/** Never rejects. */
export async function exchange(scene: Scene, incoming: Incoming): Promise<Answer> {
  const [path, query] = splitOnce(incoming.target);
  const { dialect, name } = scene.provider;
  const route = findRoute(dialect, { method: incoming.method, path });
  if (route === null) {
    const message = `the gateway does not serve ${incoming.method} ${path.slice(0, 100)} of provider ${name} (${dialect})`;
    return refused(USUAL_DIALECT[dialect], { status: 404, message });
  }
  const { rest, keys } = readQuery(query, dialect);
  const tally = new Tally(scene, route);
  const stage: Stage = { scene, route, incoming, query: rest, tally };
  const refusal = tally.isOverLimit
    ? { status: 429 as const, message: "this session has asked more often than is allowed" }
    : checkToken(stage, keys);
  if (refusal !== null) return refuse(stage, refusal);
  try {
    return await admit(stage);
  } catch (error) {
    // A keyring that does not open, or a defect: one request fails, and nothing else.
    scene.log("a model request failed in the gateway", { error, path });
    return refuse(stage, { status: 502, message: "the gateway failed" }, "unreachable");
  }
}

const splitOnce = (target: string): [string, string] => {
  const at = target.indexOf("?");
  return at === -1 ? [target, ""] : [target.slice(0, at), target.slice(at + 1)];
};

function refuse(
  { route, tally }: Stage,
  refusal: Refusal,
  outcome: ModelOutcome = "refused",
): Answer {
  tally.end({ outcome, error: refusal.message });
  return refused(route.dialect, refusal);
}

function checkToken({ scene, incoming }: Stage, queryKeys: readonly string[]): Refusal | null {
  if (!incoming.needsToken) return null;
  const presented = [...presentedKeys(incoming.headers), ...queryKeys];
  if (presented.some((key) => scene.isToken(key))) return null;
  return {
    status: 401,
    message: "this is not the key of this session; agents inside Tutti get one",
  };
}

async function admit(stage: Stage): Promise<Answer> {
  const { scene, route, incoming, tally } = stage;
  const body = route.method === "GET" ? null : await incoming.body();
  if (body !== null && !Buffer.isBuffer(body)) return refuse(stage, body);
  const facts = body === null ? NO_BODY : readFacts(stage, body);
  if ("status" in facts) return refuse(stage, facts);
  tally.asked(facts);
  const { provider, policy } = scene;
  const objection = body === null ? null : against(facts, { provider, policy });
  if (objection !== null) return refuse(stage, objection);
  if (route.kind === "generate") {
    const stop = unpriced(stage, facts) ?? (await tally.reserve(facts, incoming.signal));
    if (stop !== null) return refuse(stage, { status: 402, message: stop });
  }
  return place(stage, body);
}

/** What the project's rules have against a request. */
const against = (
  facts: RequestFacts,
  { provider, policy }: Pick<Scene, "provider" | "policy">,
): Refusal | null => {
  const model = refuseModels(facts.models, provider, policy);
  if (model !== null) return { status: 403, message: model };
  const tool = refuseServerTools(facts.serverTools, policy.serverTools);
  return tool === null ? null : { status: 403, message: tool, code: "server_tool_not_allowed" };
};

const unpriced = ({ scene }: Stage, { models }: RequestFacts): string | null => {
  const { run, day } = scene.budget;
  const isInMoney = run.usd !== undefined || day.usd !== undefined;
  return isInMoney ? refuseUnpriced(models, scene.provider) : null;
};

const readFacts = ({ incoming, route }: Stage, body: Buffer): RequestFacts | Refusal => {
  const encoding = incoming.headers["content-encoding"];
  return readRequest(body, {
    encoding: typeof encoding === "string" ? encoding : "",
    dialect: route.dialect,
    pathModel: route.model,
  });
};

async function place(stage: Stage, body: Buffer | null): Promise<Answer> {
  const { scene, incoming, tally } = stage;
  const admission = await scene.pace.enter(incoming.signal);
  if (admission.kind === "gone") return gone(stage);
  if (admission.kind === "full") {
    const message = `too many requests wait for provider ${scene.provider.name}`;
    return refuse(stage, { status: 429, message, retryAfterMs: admission.retryAfterMs });
  }
  tally.placed(admission.place);
  return forward(stage, body);
}

/** Nobody reads this answer. */
const gone = (stage: Stage): Answer =>
  refuse(stage, { status: 503, message: "the request was cancelled" }, "cancelled");

async function forward(stage: Stage, body: Buffer | null): Promise<Answer> {
  const { scene, route, incoming, query, tally } = stage;
  const { dialect, url } = scene.provider;
  const path = pathAt(url, route.path) + (query === "" ? "" : `?${query}`);
  const key = await scene.key();
  const headers = onwardHeaders(incoming.headers, { dialect, key });
  const { method } = route;
  tally.sent();
  const sent = await scene.upstream.send({
    url,
    method,
    path,
    headers,
    body,
    signal: incoming.signal,
  });
  if (sent.kind !== "answer") return fail(stage, sent);
  const { message } = sent;
  tally.answered(message);
  if (message.statusCode === 401) scene.forgetKey();
  const { signal } = incoming;
  return {
    status: message.statusCode ?? 502,
    headers: backwardHeaders(rawHeaders(message)),
    body: passOn(message, { tally, signal, timeouts: scene.timeouts }),
  };
}

/** A header that comes twice stays two. */
function rawHeaders({ rawHeaders: raw }: IncomingMessage): HeaderMap {
  const headers: Record<string, string | string[]> = {};
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] ?? "").toLowerCase();
    const value = raw[index + 1] ?? "";
    const before = headers[name];
    headers[name] = before === undefined ? value : [before, value].flat();
  }
  return headers;
}

function fail(stage: Stage, failure: UpstreamFailure): Answer {
  const { name } = stage.scene.provider;
  switch (failure.kind) {
    case "cancelled":
      if (!failure.wasSent) stage.tally.notSent();
      return gone(stage);
    case "silent":
      if (!failure.wasSent) stage.tally.notSent();
      return refuse(stage, { status: 504, message: `${name}: ${failure.reason}` }, "unreachable");
    case "garbage":
      return refuse(stage, { status: 502, message: `${name}: ${failure.reason}` }, "garbage");
    case "unreachable":
      if (!failure.wasSent) stage.tally.notSent();
      return refuse(stage, { status: 502, message: `${name}: ${failure.reason}` }, "unreachable");
    default:
      return failure satisfies never;
  }
}
