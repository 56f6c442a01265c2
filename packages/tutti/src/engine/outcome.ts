import type { RunId } from "@tutti/protocol";
import type { Outcome } from "./api.ts";
import type { Runs } from "./runs.ts";

/** What whoever gave a command is told of it. */
export const outcomeOf = (run: RunId, result: Awaited<ReturnType<Runs["handle"]>>): Outcome =>
  result.kind === "rejected" ? result : { kind: "accepted", run, version: result.version };
