import { TuttiError } from "@tutti/protocol/errors";
import type { PersonCommand, RunView } from "@tutti/protocol";
import { finish } from "../await-run.ts";
import { textOption, type Action } from "../command-spec.ts";
import { selectRun } from "../select-run.ts";
import { stepKey } from "../step-key.ts";

const FINDING = /^F\d+$/u;

export const run: Action = async (cli, input) => {
  const { run: id, rest } = await selectRun(cli, input.args, "act");
  const [what = ""] = rest;
  const reason = textOption(input, "reason") ?? "";
  if (what === "") throw new TuttiError("usage", "Name a step, or a finding such as F2.");
  if (reason.trim() === "") {
    throw new TuttiError("usage", "A waiver needs a reason: say why with --reason TEXT.");
  }
  const client = await cli.client();
  const accepted = await client.command(id, commandFor(await client.run(id), what, reason));
  return finish(cli, input, { run: id, message: `▽ ${what} waived: ${reason}`, json: accepted });
};

function commandFor(view: RunView, what: string, reason: string): PersonCommand {
  if (!FINDING.test(what)) return { kind: "step.waive", step: stepKey(view, what), reason };
  const finding = view.findings.find((candidate) => candidate.id === what);
  if (finding !== undefined) return { kind: "finding.dispose", finding: finding.id, why: reason };
  throw new TuttiError("finding.unknown", `${view.run} has no finding ${what}.`);
}
