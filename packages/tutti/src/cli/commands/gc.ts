import { EXIT } from "@tutti/protocol/errors";
import type { Action } from "../command-spec.ts";

export const run: Action = async (cli) => {
  const client = await cli.client();
  const result = await client.gc();
  if (cli.isJson) cli.printJson(result);
  else
    cli.print(`Removed ${result.removed} leftover ${result.removed === 1 ? "folder" : "folders"}.`);
  return EXIT.ok;
};
