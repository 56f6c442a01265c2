/** Any thrown value in a form that can be shown. */
import { ApiError } from "@tutti/client/api-error";

export const asProblem = (error: unknown): ApiError =>
  error instanceof ApiError
    ? error
    : new ApiError(
        {
          status: 0,
          code: "page.defect",
          detail: error instanceof Error ? error.message : String(error),
          mend: "Reload the page. If it happens again, please report it.",
        },
        { cause: error },
      );
