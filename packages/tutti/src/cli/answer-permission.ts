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
  const permission = permissionOf(view, rest[0]);
  const remember = rememberFor(input);
  const option = optionOf(permission, {
    named: textOption(input, "option"),
    kinds: remember === null ? [`${word}_once`] : [`${word}_once`, `${word}_always`],
  });
  const accepted = await client.command(id, {
    kind: "permission.answer",
    permission: permission.id,
    option,
    ...(remember === null ? {} : { remember }),
  });
  return finish(cli, input, {
    run: id,
    message: `› ${printableLine(permission.title)}: ${printableLine(option)}${remember === null ? "" : `, from now on in ${remember === "run" ? "this run" : "this project"}`}.`,
    json: { ...accepted, permission: permission.id, option },
  });
}

/** Tutti remembers it, whether the agent offers that or not. */
function rememberFor(input: Input): "run" | "project" | null {
  if (flagOption(input, "project")) return "project";
  return flagOption(input, "always") ? "run" : null;
}

function permissionOf(view: RunView, named: string | undefined): Permission {
  const open = view.permissions.filter(({ id }) => named === undefined || id === named);
  const [only, another] = open;
  const gone = view.voided.find(({ id }) => id === named);
  if (only === undefined && gone !== undefined) return gone;
  if (only === undefined) {
    throw new TuttiError("permission.unknown", `${view.run} asks for no such permission now.`);
  }
  if (another === undefined) return only;
  const names = open.map(({ id }) => printableLine(id)).join(", ");
  throw new TuttiError("usage", `Several permissions wait; name one: ${names}.`);
}

function optionOf(
  { options }: Permission,
  { named, kinds }: { named: string | undefined; kinds: readonly string[] },
): string {
  const option =
    named === undefined
      ? kinds.flatMap((kind) => options.filter((offered) => offered.kind === kind))[0]
      : options.find((offered) => offered.id === named);
  if (option !== undefined) return option.id;
  const offered = options.map(({ id, name }) => `${printableLine(id)} (${printableLine(name)})`);
  throw new TuttiError("usage", `The agent offers: ${offered.join(", ")}. Name one with --option.`);
}
