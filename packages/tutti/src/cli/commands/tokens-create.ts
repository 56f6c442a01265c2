import { EXIT, TuttiError } from "@tutti/protocol/errors";
import { textOption, type Action } from "../command-spec.ts";

export const run: Action = async (cli, input) => {
  const [name = ""] = input.args;
  const text = textOption(input, "days");
  if (text !== undefined && !/^\d{1,3}$/u.test(text))
    throw new TuttiError("usage", `--days is a whole number, not ${text}.`);
  const created = await (
    await cli.client()
  ).createToken({ name, ...(text === undefined ? {} : { days: Number(text) }) });
  if (cli.isJson) cli.printJson(created);
  else {
    cli.print(created.token);
    cli.note(`It is not shown again. Remove it with: tutti tokens rm ${created.id}`);
  }
  return EXIT.ok;
};
