/** What the daemon refused or could not do, as its RFC 9457 problem said it; or that no answer came. */
import type { ErrorCode, Problem } from "@tutti/protocol";

export type ErrorFacts = Pick<Problem, "status" | "code" | "detail" | "mend">;

/** The one error of every call of the client. `status`: 0 where no daemon answered. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  /** Stable; one of another version may be none that this version knows. */
  readonly code: string;
  /** What to do next, in one sentence. */
  readonly mend: string;

  constructor({ status, code, detail, mend }: ErrorFacts, options?: ErrorOptions) {
    super(detail, options);
    this.status = status;
    this.code = code;
    this.mend = mend;
  }

  is(...codes: readonly ErrorCode[]): boolean {
    return codes.some((code) => code === this.code);
  }
}

/** The error that an answer of this status is. */
export function errorOf(status: number, text: string): ApiError {
  const body = parseObject(text);
  const word = (name: string): string => {
    const value = body[name];
    return typeof value === "string" ? value : "";
  };
  return new ApiError({
    status,
    code: word("code") || "internal",
    detail: word("detail") || `The daemon answered with HTTP status ${status}.`,
    mend: word("mend"),
  });
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {}; // not JSON: the status alone tells
  }
}
