/** What the daemon refused or could not do, as it said it: what failed and what to do next. */
export type ProblemFacts = {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly mend: string;
};

export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly status: number;
  readonly code: string;
  readonly mend: string;

  constructor({ status, code, detail, mend }: ProblemFacts, options?: ErrorOptions) {
    super(detail, options);
    this.status = status;
    this.code = code;
    this.mend = mend;
  }
}

/** No answer came at all. */
export const unreachable = (cause: unknown): ApiProblem =>
  new ApiProblem(
    {
      status: 0,
      code: "daemon.unreachable",
      detail: "The daemon does not answer.",
      mend: "It is tried again by itself. If it stays away, run: tutti",
    },
    { cause },
  );

export function problemOf(status: number, text: string): ApiProblem {
  const body = parseObject(text);
  const word = (name: string): string => {
    const value = body[name];
    return typeof value === "string" ? value : "";
  };
  return new ApiProblem({
    status,
    code: word("code") || "internal",
    detail: word("detail") || `The daemon answered with HTTP status ${status}.`,
    mend: word("mend"),
  });
}

/** Any thrown value in a form that can be shown. */
export const asProblem = (error: unknown): ApiProblem =>
  error instanceof ApiProblem
    ? error
    : new ApiProblem(
        {
          status: 0,
          code: "page.defect",
          detail: error instanceof Error ? error.message : String(error),
          mend: "Reload the page. If it happens again, please report it.",
        },
        { cause: error },
      );

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {}; // not JSON: the status alone tells
  }
}
