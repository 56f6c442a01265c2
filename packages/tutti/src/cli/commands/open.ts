import { EXIT } from "@tutti/protocol/errors";
import { openInBrowser } from "../../platform/open-in-browser.ts";
import type { Action } from "../command-spec.ts";

export const run: Action = async (cli, input) => {
  const client = await cli.client();
  const link = await client.webLink();
  if (cli.isJson) {
    cli.printJson(link);
    return EXIT.ok;
  }
  const { env } = cli.deps;
  // commander turns `--no-browser` into `browser: false`.
  const isWanted = input.options["browser"] !== false && cli.isTerminal;
  const isOpened = isWanted && (await openInBrowser(link.url, env));
  if (isOpened) {
    cli.print(`Opened http://127.0.0.1:${link.port} in your browser.`);
    return EXIT.ok;
  }
  cli.print(link.url);
  cli.note("Open it in a browser on this machine: it works once, within a minute.");
  return EXIT.ok;
};
