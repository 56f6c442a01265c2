import { EXIT } from "@tutti/protocol/errors";
import type { Action } from "../command-spec.ts";

export const run: Action = async (cli, input) => {
  const [id = ""] = input.args;
  await (await cli.client()).removeToken(id);
  if (cli.isJson) cli.printJson({ removed: id });
  else cli.print(`Removed ${id}. Whatever used it was ended.`);
  return EXIT.ok;
};
