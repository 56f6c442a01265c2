import { TuttiError } from "@tutti/protocol/errors";
import { finish } from "../await-run.ts";
import type { Action } from "../command-spec.ts";
import { selectRun } from "../select-run.ts";

export const run: Action = async (cli, input) => {
  const { run: id, rest } = await selectRun(cli, input.args, "act");
  const [what = ""] = rest;
  if (what === "") throw new TuttiError("usage", "Name a finding, such as F2.");
  const client = await cli.client();
  const finding = (await client.run(id)).findings.find((one) => one.id === what);
  if (finding === undefined)
    throw new TuttiError("finding.unknown", `${id} has no finding ${what}.`);
  const accepted = await client.command(id, { kind: "finding.rerun", finding: finding.id });
  const message = `${finding.id} is run again, on the base and on the present candidate.`;
  return finish(cli, input, { run: id, message, json: accepted });
};
