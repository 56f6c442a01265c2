/** The models of one session: its token, its ways in, its record, its end. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { Readable } from "node:stream";
import type { ModelRequest } from "@tutti/protocol";
import type { BudgetStop, GatewayLease } from "../engine/ports/gateway.ts";
import { createAllowance, openHold } from "./allowance.ts";
import type { Allowance } from "./allowance.ts";
import { TOO_LARGE } from "./body.ts";
import { exchange, refused } from "./exchange.ts";
import type { Answer, Incoming } from "./exchange.ts";
import { REQUEST_MAX_BYTES, SESSION_BODIES_MAX_BYTES } from "./limits.ts";
import { USUAL_DIALECT } from "./routes.ts";
import type { Scene } from "./scene.ts";
import { createServing } from "./serve.ts";
import type { Handle } from "./serve.ts";

const TOKEN_BYTES = 32;
/** Answers that may not have a body. */
const EMPTY_STATUS = new Set([204, 205, 304]);

type LeaseOptions = {
  /** All of a scene but what belongs to the session itself. */
  readonly scene: Omit<Scene, "isToken" | "record" | "requests" | "stopForBudget">;
  /** For the bodies of all sessions together. */
  readonly allowance: Allowance;
  readonly record: (request: ModelRequest) => void;
  /** Everything that was recorded is durable; the session is over. */
  readonly close: () => Promise<void>;
};

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

export function createLease(options: LeaseOptions): GatewayLease {
  const token = `tutti-${randomBytes(TOKEN_BYTES).toString("base64url")}`;
  const expected = digest(token);
  const requests: ModelRequest[] = [];
  const open = new Set<AbortController>();
  const active = new Set<Promise<unknown>>();
  const bodies = new Set<Readable>();
  let budgetStop: BudgetStop | null = null;
  let isOver = false;
  const scene: Scene = {
    ...options.scene,
    isToken: (presented) => timingSafeEqual(digest(presented), expected),
    requests,
    record: (request) => {
      requests.push(request);
      options.record(request);
    },
    stopForBudget: (stop) => {
      budgetStop ??= stop;
    },
  };
  const allowance = createAllowance(SESSION_BODIES_MAX_BYTES, options.allowance);
  const handle: Handle = async (asked, cancel) => {
    if (isOver) {
      const dialect = USUAL_DIALECT[scene.provider.dialect];
      return refused(dialect, { status: 503, message: "this session has ended" });
    }
    open.add(cancel);
    const hold = openHold(allowance);
    const body: Incoming["body"] = () => asked.body(hold);
    const answering = exchange(scene, { ...asked, body, signal: cancel.signal });
    active.add(answering);
    const answer = await answering;
    active.delete(answering);
    hold.release();
    bodies.add(answer.body);
    answer.body.once("close", () => {
      open.delete(cancel);
      bodies.delete(answer.body);
    });
    return answer;
  };
  const serving = createServing(handle);
  return {
    token,
    attach: serving.attach,
    fetch: ownFetch(handle),
    requests: () => requests.slice(),
    budgetStop: () => budgetStop,
    [Symbol.asyncDispose]: async () => {
      isOver = true;
      for (const cancel of open) cancel.abort();
      serving.close();
      await Promise.all(active);
      // An answer is recorded when its body closes, which may be after its reader has seen enough.
      await Promise.all([...bodies].map((body) => closed(body)));
      await options.close();
    },
  };
}

const closed = (body: Readable): Promise<void> =>
  new Promise((resolve) => {
    if (body.closed) return resolve();
    body.once("close", resolve);
    body.destroy();
  });

/** The daemon's own way in: no socket, no token, everything else the same. */
function ownFetch(handle: Handle): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const { pathname, search } = new URL(request.url);
    request.signal.throwIfAborted();
    const cancel = new AbortController();
    request.signal.addEventListener("abort", () => cancel.abort(), { once: true });
    const answer = await handle(
      {
        method: request.method,
        target: pathname + search,
        headers: Object.fromEntries(request.headers),
        body: async () => {
          const bytes = Buffer.from(await request.arrayBuffer());
          return bytes.length > REQUEST_MAX_BYTES ? TOO_LARGE : bytes;
        },
        needsToken: false,
      },
      cancel,
    );
    if (request.signal.aborted) {
      answer.body.destroy();
      request.signal.throwIfAborted();
    }
    return toResponse(answer);
  };
}

function toResponse({ status, headers, body }: Answer): Response {
  const list = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const one of typeof value === "string" ? [value] : value) list.append(name, one);
  }
  const isEmpty = EMPTY_STATUS.has(status);
  if (isEmpty) body.resume();
  return new Response(isEmpty ? null : Readable.toWeb(body), { status, headers: list });
}
