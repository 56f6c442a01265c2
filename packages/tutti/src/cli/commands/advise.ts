import { EXIT, TuttiError } from "@tutti/protocol/errors";
import { textOption, type Action } from "../command-spec.ts";
import { readInput } from "../read-input.ts";
import { printable, printableLine } from "../terminal/printable.ts";

export const run: Action = async (cli, input) => {
  const { args } = input;
  const text =
    args.length === 1 && args[0] === "-" ? await readInput(cli.deps.stdin) : args.join(" ");
  if (text.trim() === "") throw new TuttiError("usage", "The task is empty: say what you want.");
  const agent = textOption(input, "agent");
  const client = await cli.client();
  const advice = await client.advise({
    path: cli.deps.cwd,
    text,
    ...(agent === undefined ? {} : { agent }),
  });
  if (cli.isJson) {
    cli.printJson(advice);
    return EXIT.ok;
  }
  cli.print(printableLine(advice.title));
  cli.print(`  size      ${advice.size}${advice.isDefect ? ", a defect" : ""}`);
  cli.print(`  workflow  ${advice.workflow}`);
  cli.print(`  because   ${printable(advice.reason)}`);
  cli.note(
    `Said ${advice.agent} (${advice.family}). Start it with: tutti run --workflow ${advice.workflow} --title … "…"`,
  );
  return EXIT.ok;
};
