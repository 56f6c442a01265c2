/** A person has the evidence of a finding run again, on the base and on the present candidate. */
import { type CommandOf, type Rejected, StepKey } from "@tutti/protocol";
import { type Draft, reject, request } from "../draft.ts";
import { effectsOf, presentTree } from "../steps.ts";
import { actorName } from "./run.ts";

export const rerunFinding = (
  draft: Draft,
  command: CommandOf<"finding.rerun">,
): Rejected | null => {
  const { state } = draft;
  const finding = state.findings.find(({ id }) => id === command.finding);
  if (finding === undefined)
    return reject("finding.unknown", `there is no finding ${command.finding}`);
  const { reproduction, step, id } = finding;
  if (reproduction === undefined)
    return reject("finding.no-proof", `${id} came without a reproduction`);
  if (state.workspace.kind !== "ready")
    return reject("workspace.not-ready", "the workspace is not ready");
  const isUnderWay = effectsOf(state, step).some(
    ({ payload }) => payload.kind === "evidence.run" && payload.subject === id,
  );
  // It is being run: a second time at once would say nothing more.
  if (isUnderWay) return null;
  request(draft, {
    kind: "evidence.run",
    step: StepKey.parse(step),
    subject: id,
    reproduction,
    base: state.base.commit,
    candidate: presentTree(state).commit,
    by: actorName(draft),
  });
  return null;
};
