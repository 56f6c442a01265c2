/** Allow or deny: finds the open permission and the agent's option that says so. */
import type { Permission, RunView } from "@tutti/protocol";
import { TuttiError } from "@tutti/protocol/errors";
import { answerEgress, hostAnswered } from "./answer-egress.ts";
import { finish } from "./await-run.ts";
import type { Cli } from "./cli.ts";
import { flagOption, textOption, type Input } from "./command-spec.ts";
import { selectRun } from "./select-run.ts";
import { printableLine } from "./terminal/printable.ts";

export async function answerPermission(
  cli: Cli,
  input: Input,
  word: "allow" | "reject",
): Promise<number> {
  const { run: id, rest } = await selectRun(cli, input.args, "act");
  const client = await cli.client();
  const view = await client.run(id);
  const target = hostAnswered(view, rest[0]);
  if (target !== null)
    return answerEgress(cli, input, { run: id, target, isAllowed: word === "allow" });
  if (flagOption(input, "project"))
    throw new TuttiError(
      "usage",
      "An agent's permission is for its session; --project is for hosts.",
    );
  const permission = permissionOf(view, rest[0]);
  const option = optionOf(permission, {
    named: textOption(input, "option"),
    kind: `${word}_${flagOption(input, "always") ? "always" : "once"}`,
  });
  const accepted = await client.command(id, {
    kind: "permission.answer",
    permission: permission.id,
    option,
  });
  return finish(cli, input, {
    run: id,
    message: `› ${printableLine(permission.title)}: ${printableLine(option)}.`,
    json: { ...accepted, permission: permission.id, option },
  });
}

function permissionOf(view: RunView, named: string | undefined): Permission {
  const open = view.permissions.filter(({ id }) => named === undefined || id === named);
  const [only, another] = open;
  if (only === undefined) {
    throw new TuttiError("permission.unknown", `${view.run} asks for no such permission now.`);
  }
  if (another === undefined) return only;
  const names = open.map(({ id }) => printableLine(id)).join(", ");
  throw new TuttiError("usage", `Several permissions wait; name one: ${names}.`);
}

function optionOf(
  { options }: Permission,
  { named, kind }: { named: string | undefined; kind: string },
): string {
  const option = options.find((offered) =>
    named === undefined ? offered.kind === kind : offered.id === named,
  );
  if (option !== undefined) return option.id;
  const offered = options.map(({ id, name }) => `${printableLine(id)} (${printableLine(name)})`);
  throw new TuttiError("usage", `The agent offers: ${offered.join(", ")}. Name one with --option.`);
}
