/** Requests to providers: kept-alive connections, no redirects, and time-outs with names. */
import * as http from "node:http";
import * as https from "node:https";
import { monotonicMs } from "../platform/clock.ts";
import type { Timeouts } from "./limits.ts";

/** Idle connections that are kept for each provider. */
const IDLE_CONNECTIONS_MAX = 64;

export type UpstreamFailure =
  /** Nobody answered: refused, unknown name, broken TLS, connection lost before an answer. */
  | { readonly kind: "unreachable"; readonly reason: string; readonly wasSent: boolean }
  /** What came is no HTTP. */
  | { readonly kind: "garbage"; readonly reason: string }
  | { readonly kind: "silent"; readonly reason: string; readonly wasSent: boolean }
  | { readonly kind: "cancelled"; readonly wasSent: boolean };

type UpstreamAnswer =
  | { readonly kind: "answer"; readonly message: http.IncomingMessage }
  | UpstreamFailure;

type UpstreamRequest = {
  readonly url: URL;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
  readonly signal: AbortSignal;
};

export type Upstream = {
  /** Resolves with the answer's head. Its body is read by whoever asked. Never rejects. */
  readonly send: (request: UpstreamRequest) => Promise<UpstreamAnswer>;
};

const codeOf = (error: Error): string =>
  "code" in error && typeof error.code === "string" ? error.code : "";

/**
 * A kept connection that the provider had closed in the meantime: it never saw the request. That comes
 * to light at once; a connection that breaks later may have been answered, and paid, up to there.
 */
const wasStale = (request: http.ClientRequest, error: Error): boolean =>
  request.reusedSocket && ["ECONNRESET", "EPIPE"].includes(codeOf(error));

const wasSent = (request: http.ClientRequest): boolean =>
  request.socket?.connecting === false && request.writableFinished;

type Begin = (request: UpstreamRequest) => http.ClientRequest;

/** Plain http is for this machine and its network, where no proxy stands in between. */
function createBegin(environment: UpstreamOptions["environment"]): Begin {
  const options = { keepAlive: true, maxFreeSockets: IDLE_CONNECTIONS_MAX };
  const plain = new http.Agent(options);
  const secure = new https.Agent({ ...options, proxyEnv: { ...environment } });
  return ({ url, method, path, headers, body }) => {
    const length = body === null ? {} : { "content-length": String(body.length) };
    const isSecure = url.protocol === "https:";
    return (isSecure ? https : http).request({
      agent: isSecure ? secure : plain,
      // An IPv6 address is written with brackets in a URL and without them here.
      hostname: url.hostname.replace(/^\[(?<address>.*)\]$/u, "$<address>"),
      port: url.port === "" ? null : url.port,
      method,
      path,
      headers: { ...headers, ...length, host: url.host },
    });
  };
}

function failureOf(outgoing: http.ClientRequest, error: Error): UpstreamFailure {
  const code = codeOf(error);
  if (code.startsWith("HPE_")) {
    return { kind: "garbage", reason: `its answer is no HTTP (${code})` };
  }
  // Of several addresses that all failed, only the code says why.
  return { kind: "unreachable", reason: error.message || code, wasSent: wasSent(outgoing) };
}

function sendOnce(
  begin: Begin,
  request: UpstreamRequest,
  { firstByteMs, staleMs }: Pick<Timeouts, "firstByteMs" | "staleMs">,
): Promise<UpstreamAnswer | "stale"> {
  const { body, signal } = request;
  if (signal.aborted) return Promise.resolve({ kind: "cancelled", wasSent: false });
  const begunMs = monotonicMs();
  const { promise, resolve } = Promise.withResolvers<UpstreamAnswer | "stale">();
  const outgoing = begin(request);
  const giveUp = (failure: UpstreamFailure): void => {
    resolve(failure);
    outgoing.destroy();
  };
  const abort = (): void => giveUp({ kind: "cancelled", wasSent: wasSent(outgoing) });
  const reason = `no answer within ${Math.round(firstByteMs / 1_000)} s`;
  const timer = setTimeout(
    () => giveUp({ kind: "silent", reason, wasSent: wasSent(outgoing) }),
    firstByteMs,
  );
  const end = (): void => {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  };
  signal.addEventListener("abort", abort, { once: true });
  outgoing.on("error", (error) => {
    end();
    const isStale = wasStale(outgoing, error) && monotonicMs() - begunMs <= staleMs;
    resolve(isStale ? "stale" : failureOf(outgoing, error));
  });
  outgoing.once("response", (message) => {
    end();
    resolve({ kind: "answer", message });
  });
  outgoing.end(body);
  return promise.finally(end);
}

export type UpstreamOptions = Pick<Timeouts, "firstByteMs" | "staleMs"> & {
  /** `HTTPS_PROXY` and `NO_PROXY` are heeded, in either case of letters. */
  readonly environment: Readonly<Record<string, string | undefined>>;
};

export function createUpstream({ environment, ...limits }: UpstreamOptions): Upstream {
  const begin = createBegin(environment);
  return {
    send: async (request) => {
      const first = await sendOnce(begin, request, limits);
      if (first !== "stale") return first;
      const second = await sendOnce(begin, request, limits);
      return second === "stale"
        ? { kind: "unreachable", reason: "it closed the connection", wasSent: true }
        : second;
    },
  };
}
