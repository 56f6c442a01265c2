/** Between the proxies of running programs and the people who may allow a host. */
import type { Command, Effect, Rejected, RunDocument, RunId } from "@tutti/protocol";
import { isFullOfTargets, isKnownTarget } from "../domain/decide/egress.ts";
import type { Deps } from "./ports/deps.ts";
import type { EgressAnswers } from "./ports/sandbox.ts";
import type { Runs } from "./runs.ts";

export type EgressDesk = {
  /** For the programs of one effect. What is allowed is read at each question. */
  readonly answersFor: (effect: Effect, state: RunDocument) => EgressAnswers;
  /** Before `egress.allow` is decided: an answer for the project is kept first, so that no crash loses it. */
  readonly remember: (run: RunId, command: Command) => void;
};

export const createEgressDesk = (
  deps: Pick<Deps, "egressGrants" | "log">,
  { handle, document }: Pick<Runs, "handle" | "document">,
): EgressDesk => {
  /** Asked already, and not yet stored. */
  const asked = new Set<string>();

  const ask = async (effect: Effect, target: string): Promise<Rejected | null> => {
    const name = `${effect.run} ${target}`;
    const known = document(effect.run)?.egress;
    if (known === undefined || asked.has(name)) return null;
    if (isKnownTarget(known, target) || isFullOfTargets(known)) return null;
    asked.add(name);
    try {
      const command: Command = { kind: "egress.deny", target, effect: effect.id };
      const outcome = await handle(effect.run, command, { kind: "system", part: "sandbox" });
      return outcome.kind === "rejected" ? outcome : null;
    } finally {
      asked.delete(name);
    }
  };

  return {
    answersFor: (effect, { project }) => ({
      allows: (target) =>
        deps.egressGrants.allows(project.path, target) ||
        document(effect.run)?.egress.allowed.some((one) => one.target === target) === true,
      denied: (target) => {
        ask(effect, target).catch((error: unknown) =>
          deps.log("a refused host could not be recorded", { target, error: String(error) }),
        );
      },
    }),
    remember: (run, command) => {
      if (command.kind !== "egress.allow" || command.scope !== "project") return;
      const state = document(run);
      if (state === null || !isKnownTarget(state.egress, command.target)) return;
      // An answer that comes too late is refused, and may not count for the project all the same.
      if (state.finished !== null || state.cancelled !== null) return;
      deps.egressGrants.allow(state.project.path, command.target);
    },
  };
};
