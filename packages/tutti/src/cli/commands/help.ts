import { EXIT, TuttiError } from "@tutti/protocol/errors";
import { COMMANDS, findCommand } from "../catalog/catalog.ts";
import type { Action } from "../command-spec.ts";
import { commandHelp, rootHelp } from "../help-text.ts";
import { suggest } from "../../documents/suggest.ts";

export const run: Action = async (cli, { args }) => {
  if (args.length === 0) {
    cli.print(rootHelp(cli.width));
    return EXIT.ok;
  }
  const found = findCommand(args);
  if (found === null || found.rest.length > 0) {
    const word = found?.rest[0] ?? args[0] ?? "";
    const known = (found === null ? COMMANDS : (found.spec.commands ?? [])).map(({ name }) => name);
    throw new TuttiError(
      "usage",
      `There is no command ${args.join(" ")}. ${suggest(word, known)}`.trimEnd(),
    );
  }
  cli.print(commandHelp(found.spec, found.path, cli.width));
  return EXIT.ok;
};
