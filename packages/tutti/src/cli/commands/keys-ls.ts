import { EXIT } from "@tutti/protocol/errors";
import type { Action } from "../command-spec.ts";
import { openKeys } from "../open-keys.ts";

export const run: Action = async (cli) => {
  const keys = await (await openKeys(cli)).list();
  if (cli.isJson) {
    cli.printJson({ keys });
    return EXIT.ok;
  }
  const width = Math.max(0, ...keys.map(({ name }) => name.length));
  for (const { name, source } of keys) cli.print(`${name.padEnd(width)}  ${source}`);
  if (keys.length === 0) cli.note("No keys are stored. Store one with `tutti keys set NAME`.");
  return EXIT.ok;
};
