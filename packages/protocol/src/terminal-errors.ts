/** Errors of terminals inside the fence. */
import { EXIT_CODES } from "./exit-codes.ts";

export const TERMINAL_ERRORS = {
  "terminal.unknown": {
    status: 404,
    exit: EXIT_CODES.usage,
    mend: "Open another one: a terminal ends with its daemon.",
  },
  "terminal.ended": { status: 409, exit: EXIT_CODES.conflict, mend: "Open another one." },
  "terminal.too-many": {
    status: 429,
    exit: EXIT_CODES.failed,
    mend: "Close one of those that are open.",
  },
  "terminal.busy": {
    status: 429,
    exit: EXIT_CODES.failed,
    mend: "What runs in the terminal reads nothing now; try again, or end it with Ctrl+C.",
  },
  "terminal.open": {
    status: 409,
    exit: EXIT_CODES.conflict,
    mend: "Close the terminal that writes the workspace, then give it back.",
  },
  "terminal.unfenced": {
    status: 409,
    exit: EXIT_CODES.conflict,
    mend: "Take the workspace first (`tutti take RUN`): without a fence nothing keeps a terminal from writing.",
  },
  "terminal.unavailable": {
    status: 503,
    exit: EXIT_CODES.failed,
    mend: "Install the program `script` (Debian: bsdutils, Fedora: util-linux-script).",
  },
} as const;
