/** A person replaces an artifact of a run: it is read and stored before the run is asked. */
import type { Actor, Command, RunId } from "@tutti/protocol";
import type { Engine, Outcome } from "./api.ts";
import { outcomeOf } from "./outcome.ts";
import type { Deps } from "./ports/deps.ts";
import type { Runs } from "./runs.ts";

export const amend = async (
  { deps, runs, actor }: { deps: Deps; runs: Runs; actor: Actor },
  run: RunId,
  artifact: Parameters<Engine["amend"]>[1],
): Promise<Outcome> => {
  const state = runs.document(run);
  if (state === null)
    return { kind: "rejected", code: "run.unknown", message: `There is no run ${run}.` };
  const contract = state.artifacts["contract.yaml"]?.data;
  const text = deps.redactor.text(artifact.text);
  const read = deps.rules.artifact(artifact.name, text, {
    contract: contract?.kind === "contract" ? contract.contract : null,
  });
  if (read.kind === "invalid")
    return { kind: "rejected", code: "artifact.invalid", message: read.problem };
  const bytes = new TextEncoder().encode(text);
  const hash = await deps.store.blobs.put(bytes);
  const stored = { name: artifact.name, hash, bytes: bytes.byteLength };
  const { replaces } = artifact;
  const command: Command = {
    kind: "artifact.amend",
    artifact: stored,
    data: read.data,
    ...(replaces === undefined ? {} : { replaces }),
  };
  return outcomeOf(run, await runs.handle(run, command, actor));
};
