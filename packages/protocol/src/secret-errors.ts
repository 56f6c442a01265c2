/** Rows of errors.ts about keys. */
import { EXIT_CODES as EXIT } from "./exit-codes.ts";

export const SECRET_ERRORS = {
  "secrets.unavailable": {
    status: 503,
    exit: EXIT.failed,
    mend: "Put the key into the daemon's environment, or store it with `tutti keys set NAME`; that needs a keyring (`secret-tool`), TUTTI_SECRETS_KEY with 16 characters or more, or the key file that the command makes.",
  },
  "secrets.unreadable": {
    status: 503,
    exit: EXIT.failed,
    mend: "Give the command and the daemon the TUTTI_SECRETS_KEY or the key file that the keys were stored with. If it is lost, remove secrets.json in Tutti's data folder and store the keys again with `tutti keys set NAME`.",
  },
  "secrets.exposed": {
    status: 503,
    exit: EXIT.policy,
    mend: "Make it a plain file of yours that only you can read (`chmod 600 FILE`). If others could read it, renew the keys at their providers.",
  },
  "secrets.unknown": {
    status: 404,
    exit: EXIT.usage,
    mend: "List the keys with `tutti keys ls`. A key of the environment is removed there.",
  },
  "config.secret": {
    status: 422,
    exit: EXIT.policy,
    mend: "Take it out of the file and renew it: what a run goes by is stored with the run. `tutti keys set NAME` keeps a key for a provider, and an agent needs none of its own then.",
  },
  "egress.unknown": {
    status: 404,
    exit: EXIT.conflict,
    mend: "See what was refused with `tutti permit ls`. A host that nobody asked for yet is listed under `egress` in the configuration.",
  },
} as const;
