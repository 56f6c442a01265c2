/** Errors of requests over HTTP: of who may send them, and of what they are sent twice or too late for. */
import { EXIT_CODES } from "./exit-codes.ts";

export const WEB_ERRORS = {
  "request.misdirected": {
    status: 421,
    exit: EXIT_CODES.usage,
    mend: "Use the address that `tutti open` prints, as it is.",
  },
  "request.foreign": {
    status: 403,
    exit: EXIT_CODES.policy,
    mend: "Only Tutti's own page may do this; a program sends a token of `tutti tokens create`.",
  },
  "request.media-type": {
    status: 415,
    exit: EXIT_CODES.usage,
    mend: "Send the header `content-type: application/json`.",
  },
  "request.too-many": {
    status: 429,
    exit: EXIT_CODES.failed,
    mend: "Close some pages or streams, and try again.",
  },
  "request.key-reused": {
    status: 422,
    exit: EXIT_CODES.usage,
    mend: "Send every new request with an Idempotency-Key of its own.",
  },
  "artifact.changed": {
    status: 412,
    exit: EXIT_CODES.conflict,
    mend: "Read the artifact again, put your change into what it says now, and send that.",
  },
  "session.required": {
    status: 401,
    exit: EXIT_CODES.usage,
    mend: "Run `tutti open` for a link that signs this browser in.",
  },
  "link.spent": {
    status: 401,
    exit: EXIT_CODES.usage,
    mend: "Run `tutti open` for a new link; each works once, for one minute.",
  },
  "token.unknown": {
    status: 404,
    exit: EXIT_CODES.usage,
    mend: "List the tokens with `tutti tokens ls`.",
  },
  "token.too-many": {
    status: 409,
    exit: EXIT_CODES.failed,
    mend: "Remove one with `tutti tokens rm ID`.",
  },
  "token.by-token": {
    status: 403,
    exit: EXIT_CODES.policy,
    mend: "Make it with `tutti tokens create`, or in the command center.",
  },
  "web.public": {
    status: 400,
    exit: EXIT_CODES.policy,
    mend: "Leave TUTTI_HOST out: an address that others reach needs TLS and users, which Tutti has not. From another machine use `ssh -L 4810:127.0.0.1:4810`.",
  },
  "web.port-taken": {
    status: 409,
    exit: EXIT_CODES.failed,
    mend: "Name a free port in TUTTI_PORT and restart the daemon, or end the program that has it.",
  },
} as const;
