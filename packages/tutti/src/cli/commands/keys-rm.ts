import { EXIT, TuttiError } from "@tutti/protocol/errors";
import type { Action } from "../command-spec.ts";
import { noteInAudit, openKeys } from "../open-keys.ts";

export const run: Action = async (cli, { args }) => {
  const [name = ""] = args;
  if (!(await (await openKeys(cli)).remove(name)))
    throw new TuttiError("secrets.unknown", `No key ${name} is stored.`);
  await noteInAudit(cli, { did: "key.removed", about: name });
  if (cli.isJson) cli.printJson({ name, removed: true });
  else cli.print(`${name} is removed.`);
  return EXIT.ok;
};
