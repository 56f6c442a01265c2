/** Rows of errors.ts about models: who may ask them, where, and how much may be taken. */
import { EXIT_CODES as EXIT } from "./exit-codes.ts";

export const MODEL_ERRORS = {
  "adviser.none": {
    status: 422,
    exit: EXIT.usage,
    mend: "Add an agent with `api:` and `model:` to .tutti/config.yaml or to your own file; see docs/providers.md.",
  },
  "advice.unreadable": {
    status: 502,
    exit: EXIT.failed,
    mend: "Ask again, or name another model with --agent. Models that keep to a schema answer best.",
  },
  "role.no-hands": {
    status: 422,
    exit: EXIT.usage,
    mend: "Give the role to an agent with a `command` or of the catalogue; an agent with `api` plans and reviews.",
  },
  "review.too-large": {
    status: 422,
    exit: EXIT.policy,
    mend: "Give the role reviewer to an agent with a `command` or of the catalogue, which reads the work tree itself, or split the task; then start it anew. `tutti waive` goes on without this review.",
  },
  "provider.unknown": {
    status: 422,
    exit: EXIT.usage,
    mend: "Name it under `providers:` in your own configuration file; see docs/providers.md.",
  },
  "provider.key-missing": {
    status: 422,
    exit: EXIT.usage,
    mend: "Store its key with `tutti keys set NAME`, or start the daemon with that environment variable.",
  },
  "provider.refused": {
    status: 403,
    exit: EXIT.policy,
    mend: "The project's `models:` does not allow this provider. Choose another one, or change `models:` in .tutti/config.yaml.",
  },
  "budget.exceeded": {
    status: 402,
    exit: EXIT.waiting,
    mend: "Raise the limit for this run with `tutti budget raise RUN`, or cancel the run. The limits of later runs are `budget` in .tutti/config.yaml and in the workflow.",
  },
  "budget.too-low": {
    status: 422,
    exit: EXIT.usage,
    mend: "Name a limit above what was spent and above the present limit; `tutti usage RUN` shows both.",
  },
} as const;
