/** Errors of what people say to agents. */
import { EXIT_CODES } from "./exit-codes.ts";

export const MESSAGE_ERRORS = {
  "message.unknown": {
    status: 404,
    exit: EXIT_CODES.usage,
    mend: "See what was said to agents with `tutti show RUN`.",
  },
  "message.given": {
    status: 409,
    exit: EXIT_CODES.conflict,
    mend: "The agent has it already. Say what is so instead with `tutti tell RUN TEXT`, or with `--now` to interrupt it.",
  },
  "message.too-many": {
    status: 409,
    exit: EXIT_CODES.conflict,
    mend: "Wait until the agent has been given what waits, or take some of it back with `tutti unsay RUN`.",
  },
} as const;
