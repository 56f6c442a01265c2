/** Answers to what agents ask. */
import { EXIT_CODES as EXIT } from "./exit-codes.ts";

export const ASKED_ERRORS = {
  "permission.unknown": {
    status: 404,
    exit: EXIT.conflict,
    mend: "The request is gone (answered, or its process ended). See `tutti permit ls`.",
  },
  "question.unknown": {
    status: 404,
    exit: EXIT.conflict,
    mend: "The question is gone (answered, or too long ago). See what waits with `tutti show RUN`.",
  },
  "question.invalid": {
    status: 422,
    exit: EXIT.usage,
    mend: "Answer within the rules of the fields, or decline. See them with `tutti show RUN`.",
  },
} as const;
