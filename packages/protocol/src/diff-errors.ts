/** Errors of looking at a change and at findings about it, and of leaving parts of it out. */
import { EXIT_CODES } from "./exit-codes.ts";

export const DIFF_ERRORS = {
  "finding.no-proof": {
    status: 409,
    exit: EXIT_CODES.conflict,
    mend: "It came without a reproduction, so there is nothing to run. Ask a model with `tutti opinion RUN FINDING`, or waive it.",
  },
  "file.unknown": {
    status: 404,
    exit: EXIT_CODES.usage,
    mend: "See the files of the change with `tutti diff RUN --stat`.",
  },
  "candidate.moved": {
    status: 409,
    exit: EXIT_CODES.conflict,
    mend: "What you looked at has changed since. Look again with `tutti diff RUN`.",
  },
  "hunk.unknown": {
    status: 404,
    exit: EXIT_CODES.usage,
    mend: "See the hunks of a file with `tutti diff RUN --file FILE`.",
  },
  "hunk.entangled": {
    status: 409,
    exit: EXIT_CODES.conflict,
    mend: "It stands in the place of another file of the change. Leave out both, or send the work back.",
  },
  "hunks.everything": {
    status: 409,
    exit: EXIT_CODES.conflict,
    mend: "Nothing would be left. Send the work back with `tutti reject RUN`, or end the run with `tutti cancel RUN`.",
  },
  "hunks.none": {
    status: 409,
    exit: EXIT_CODES.conflict,
    mend: "Nothing was left out of the present candidate, so there is nothing to take back.",
  },
} as const;
