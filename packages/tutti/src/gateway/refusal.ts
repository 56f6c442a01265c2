/** Answers of the gateway itself, in the shape that the agent's dialect has for errors. */
import type { Dialect } from "@tutti/protocol";

export type Refusal = {
  readonly status: 400 | 401 | 402 | 403 | 404 | 408 | 413 | 429 | 502 | 503 | 504;
  readonly message: string;
  /** For dialects with codes of their own, where the status alone says too little. */
  readonly code?: string;
  /** When it may be tried again. */
  readonly retryAfterMs?: number;
};

const MS_PER_SECOND = 1_000;

const ANTHROPIC_TYPE: Readonly<Record<Refusal["status"], string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  408: "invalid_request_error",
  413: "request_too_large",
  429: "rate_limit_error",
  502: "api_error",
  503: "api_error",
  504: "timeout_error",
};

const OPENAI_CODE: Readonly<Record<Refusal["status"], string>> = {
  400: "invalid_request",
  401: "invalid_api_key",
  402: "insufficient_quota",
  403: "model_not_allowed",
  404: "not_found",
  408: "request_timeout",
  413: "request_too_large",
  429: "rate_limit_exceeded",
  502: "bad_gateway",
  503: "unavailable",
  504: "gateway_timeout",
};

const GOOGLE_STATUS: Readonly<Record<Refusal["status"], string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  402: "FAILED_PRECONDITION",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  408: "DEADLINE_EXCEEDED",
  413: "INVALID_ARGUMENT",
  429: "RESOURCE_EXHAUSTED",
  502: "UNAVAILABLE",
  503: "UNAVAILABLE",
  504: "DEADLINE_EXCEEDED",
};

const bodyOf = (dialect: Dialect, { status, message, code: own }: Refusal): unknown => {
  switch (dialect) {
    case "anthropic":
      return { type: "error", error: { type: ANTHROPIC_TYPE[status], message } };
    case "openai-responses":
    case "openai-chat": {
      const code = own ?? OPENAI_CODE[status];
      const type = status === 402 ? code : status < 500 ? "invalid_request_error" : "server_error";
      return { error: { message, type, param: null, code } };
    }
    case "google":
      return { error: { code: status, message, status: GOOGLE_STATUS[status] } };
    default:
      return dialect satisfies never;
  }
};

export type RefusalAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
};

/** A refusal that will be the same the next time says so: the providers' own clients heed it. */
export function toAnswer(dialect: Dialect, refusal: Refusal): RefusalAnswer {
  const text = JSON.stringify(bodyOf(dialect, refusal));
  const isFinal = refusal.status < 500 && refusal.status !== 429 && refusal.status !== 408;
  const { retryAfterMs } = refusal;
  return {
    status: refusal.status,
    text,
    headers: {
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(text)),
      ...(isFinal ? { "x-should-retry": "false" } : {}),
      ...(retryAfterMs === undefined
        ? {}
        : { "retry-after": String(Math.ceil(retryAfterMs / MS_PER_SECOND)) }),
    },
  };
}
