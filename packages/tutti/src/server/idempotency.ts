/**
 * A request that changes something may be sent twice, by a person or by the network: with the same
 * `Idempotency-Key` it is done once, and the second is answered like the first. Answers are remembered
 * for as long as the daemon lives; starts and commands are recognised by the store after that too.
 */
import { createHash, randomBytes } from "node:crypto";
import { TuttiError } from "@tutti/protocol";
import type { Context, MiddlewareHandler } from "hono";
import type { OnceOnly } from "../engine/ports/store.ts";
import { idempotencyKey, textBody } from "./request.ts";

const KEPT_ANSWERS_MAX = 1000;
/** Larger answers are not kept, so that what is kept is bounded. */
const KEPT_BYTES_MAX = 64 * 1024;
const REPLAYED_HEADER = "idempotency-replayed";
const KEPT_HEADERS = ["content-type", "location"];
const SAFE = new Set(["GET", "HEAD"]);

/** What the store knows a command by; null for one without a key. */
export async function onceOnly(context: Context, holder: string): Promise<OnceOnly | null> {
  const key = idempotencyKey(context);
  if (key === null) return null;
  return { key: hashOf(`${holder} ${key}`), fingerprint: hashOf(await textBody(context)) };
}

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
};

type Kept = {
  readonly fingerprint: string;
  /** Somebody waits for it, and a second time would be beside the first. */
  isUnderWay: boolean;
  /** Null when it is not to be repeated: then the request is done anew. */
  readonly answer: Promise<Answer | null>;
};

export type IdempotencyOptions = {
  /** Who asks: nobody is answered with what another was. */
  readonly holderOf: (context: Parameters<MiddlewareHandler>[0]) => string;
  /** Requests for which a second time must not be like the first, such as the use of a link. */
  readonly isOnce: (path: string) => boolean;
};

export function idempotency({ holderOf, isOnce }: IdempotencyOptions): MiddlewareHandler {
  const kept = new Map<string, Kept>();
  // Bodies may hold keys: what is kept of them says nothing to anybody.
  const salt = randomBytes(32);
  const hash = (parts: readonly string[]): string =>
    createHash("sha256").update(salt).update(JSON.stringify(parts)).digest("base64");

  return async (context, next) => {
    const { method, path } = context.req;
    const key = SAFE.has(method) || isOnce(path) ? null : idempotencyKey(context);
    if (key === null) return next();
    const name = `${holderOf(context)} ${key}`;
    const query = new URL(context.req.url).search;
    const fingerprint = hash([method, path, query, await textBody(context)]);
    const claimed = await claim(kept, name, fingerprint);
    if (claimed.kind === "answered") {
      const { status, headers, text } = claimed.answer;
      context.res = new Response(text, {
        status,
        headers: { ...headers, [REPLAYED_HEADER]: "true" },
      });
      return;
    }
    let done: Answer | null = null;
    try {
      await next();
      done = await answerOf(context.res);
    } finally {
      claimed.settle(done);
    }
  };
}

type Claimed =
  | { readonly kind: "answered"; readonly answer: Answer }
  /** It is to be done now; told how it went, null where it is to be done again. */
  | { readonly kind: "mine"; readonly settle: (answer: Answer | null) => void };

/** Of several that waited for one that failed, the first goes on and the others wait for it in turn. */
async function claim(kept: Map<string, Kept>, name: string, fingerprint: string): Promise<Claimed> {
  for (let before = kept.get(name); before !== undefined; before = kept.get(name)) {
    if (before.fingerprint !== fingerprint) throw otherRequest();
    const answer = await before.answer;
    if (answer !== null) return { kind: "answered", answer };
  }
  const { promise, resolve } = Promise.withResolvers<Answer | null>();
  const mine: Kept = { fingerprint, isUnderWay: true, answer: promise };
  kept.set(name, mine);
  forgetOldest(kept);
  const settle = (answer: Answer | null): void => {
    mine.isUnderWay = false;
    if (answer === null && kept.get(name)?.answer === promise) kept.delete(name);
    resolve(answer);
  };
  return { kind: "mine", settle };
}

const otherRequest = (): TuttiError =>
  new TuttiError("request.key-reused", "This Idempotency-Key was sent with another request.");

function forgetOldest(kept: Map<string, Kept>): void {
  if (kept.size <= KEPT_ANSWERS_MAX) return;
  for (const [name, { isUnderWay }] of kept) {
    if (isUnderWay) continue;
    kept.delete(name);
    return;
  }
}

/** What failed here or was too early may go well the next time. */
async function answerOf(response: Response): Promise<Answer | null> {
  const { status } = response;
  if (status >= 500 || status === 429) return null;
  const text = await response.clone().text();
  if (text.length > KEPT_BYTES_MAX) return null;
  const headers = Object.fromEntries(
    KEPT_HEADERS.flatMap((name) => {
      const value = response.headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
  return { status, headers, text };
}
