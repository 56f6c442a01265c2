import { EXIT } from "@tutti/protocol/errors";
import type { Action } from "../command-spec.ts";

export const run: Action = async (cli) => {
  const { version } = cli.deps;
  if (cli.isJson) cli.printJson({ version, node: process.versions.node });
  else cli.print(version);
  return EXIT.ok;
};
