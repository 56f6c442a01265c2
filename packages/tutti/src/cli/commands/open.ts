import { EXIT } from "@tutti/protocol/errors";
import { noteLost, showLink } from "../command-center.ts";
import type { Action } from "../command-spec.ts";

export const run: Action = async (cli, input) => {
  const client = await cli.client();
  const link = await client.webLink();
  noteLost(cli, await client.web());
  if (cli.isJson) cli.printJson(link);
  // commander turns `--no-browser` into `browser: false`.
  else await showLink(cli, link, { isBrowserWanted: input.options["browser"] !== false });
  return EXIT.ok;
};
