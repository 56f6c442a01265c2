import { EXIT, TuttiError } from "@tutti/protocol/errors";
import { textOption, type Action } from "../command-spec.ts";
import { selectRun } from "../select-run.ts";
import { printable } from "../terminal/printable.ts";

export const run: Action = async (cli, input) => {
  const { run: id, rest } = await selectRun(cli, input.args, "act");
  const [finding = ""] = rest;
  if (finding === "") throw new TuttiError("usage", "Name a finding, such as F2.");
  const agent = textOption(input, "agent");
  const client = await cli.client();
  const opinion = await client.opinion(id, finding, agent === undefined ? {} : { agent });
  const { unkept } = opinion;
  const exit = unkept === null ? EXIT.ok : EXIT.failed;
  if (cli.isJson) {
    cli.printJson(opinion);
    return exit;
  }
  cli.print(`${opinion.finding}: ${opinion.says}, says ${opinion.agent} (${opinion.family})`);
  cli.print(printable(opinion.reason));
  if (!opinion.isForeign)
    cli.note("It is of the family that raised the finding, so it is no foreign opinion.");
  if (unkept !== null) {
    cli.note(`It is NOT kept as a comment: ${printable(unkept.message)} (${unkept.code})`);
    cli.note(printable(unkept.mend));
  }
  return exit;
};
