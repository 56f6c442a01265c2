import { EXIT } from "@tutti/protocol/errors";
import type { Action } from "../command-spec.ts";
import { printableLine } from "../terminal/printable.ts";

const day = (at: number): string => new Date(at).toISOString().slice(0, 10);

export const run: Action = async (cli) => {
  const tokens = await (await cli.client()).tokens();
  if (cli.isJson) {
    cli.printJson({ tokens });
    return EXIT.ok;
  }
  for (const { id, name, expiresAt, usedAt } of tokens) {
    const used = usedAt === null ? "never used" : `used ${day(usedAt)}`;
    cli.print(`${id}  until ${day(expiresAt)}  ${used}  ${printableLine(name)}`);
  }
  if (tokens.length === 0)
    cli.note("There are no tokens. Make one with `tutti tokens create NAME`.");
  return EXIT.ok;
};
