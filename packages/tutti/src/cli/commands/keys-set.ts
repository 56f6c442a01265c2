import { EXIT } from "@tutti/protocol/errors";
import type { Action } from "../command-spec.ts";
import { noteInAudit, openKeys } from "../open-keys.ts";
import { readSecret } from "../terminal/read-secret.ts";

export const run: Action = async (cli, { args }) => {
  const [name = ""] = args;
  const keys = await openKeys(cli);
  keys.check(name);
  const value = await readSecret(cli, `Value of ${name} (it is not shown): `);
  const { source } = await keys.set(name, value);
  await noteInAudit(cli, { did: "key.set", about: name });
  const isShadowed = cli.deps.env[name] !== undefined;
  if (cli.isJson) cli.printJson({ name, source, isShadowed });
  else {
    cli.print(`${name} is kept in the ${source === "file" ? "encrypted file" : "keyring"}.`);
    if (isShadowed) cli.note(`The environment variable ${name} goes before it.`);
  }
  return EXIT.ok;
};
