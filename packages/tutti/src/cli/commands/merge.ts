import { TuttiError } from "@tutti/protocol/errors";
import { finish } from "../await-run.ts";
import type { Action } from "../command-spec.ts";
import { selectRun } from "../select-run.ts";

/** A merge is never made by hand: this asks the engine to try it again. */
export const run: Action = async (cli, input) => {
  const { run: id } = await selectRun(cli, input.args, "act");
  const client = await cli.client();
  const view = await client.run(id);
  if (view.outcome !== null) {
    throw new TuttiError("run.finished", `${id} has ended: ${view.text}.`);
  }
  const step = view.steps.find(({ kind }) => kind === "merge");
  if (step?.outcome !== "failed") {
    throw new TuttiError("merge.not-ready", `The merge of ${id} waits: ${view.text}.`);
  }
  const accepted = await client.command(id, { kind: "run.retry", step: step.id });
  return finish(cli, input, { run: id, message: "↺ Trying the merge again.", json: accepted });
};
