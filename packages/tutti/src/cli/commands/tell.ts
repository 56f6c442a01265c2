import type { RunView } from "@tutti/protocol";
import { TuttiError } from "@tutti/protocol/errors";
import { finish } from "../await-run.ts";
import { flagOption, textOption, type Action } from "../command-spec.ts";
import { selectRun } from "../select-run.ts";
import { stepKey } from "../step-key.ts";

export const run: Action = async (cli, input) => {
  const { run: id, rest } = await selectRun(cli, input.args, "act");
  const [text = ""] = rest;
  if (text.trim() === "") throw new TuttiError("usage", "The message is empty.");
  const client = await cli.client();
  const view = await client.run(id);
  const named = textOption(input, "step");
  const step = named === undefined ? workingStep(view) : stepKey(view, named);
  const interrupts = flagOption(input, "now");
  const accepted = await client.command(id, { kind: "turn.message", step, text, interrupts });
  const when = interrupts
    ? "It is interrupted."
    : "It is told when its present answer ends; `tutti unsay` takes it back until then.";
  return finish(cli, input, { run: id, message: `› To ${step}. ${when}`, json: accepted });
};

type Key = RunView["steps"][number]["id"];

function workingStep({ run: id, steps }: RunView): Key {
  // One that waits for an answer of a person works all the same.
  const working = steps.filter(
    ({ kind, outcome }) => kind === "agent" && (outcome === "working" || outcome === "waiting"),
  );
  const [only] = working;
  if (only === undefined) throw new TuttiError("step.not-open", `No agent works on ${id} now.`);
  if (working.length === 1) return only.id;
  const names = working.map(({ id: step }) => step).join(", ");
  throw new TuttiError("usage", `Several agents work on ${id}: name one with --step (${names}).`);
}
