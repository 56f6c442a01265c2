import type { RunView } from "@tutti/protocol";
import { TuttiError } from "@tutti/protocol/errors";
import { finish } from "../await-run.ts";
import type { Action } from "../command-spec.ts";
import { selectRun } from "../select-run.ts";
import { printableLine } from "../terminal/printable.ts";

export const run: Action = async (cli, input) => {
  const { run: id, rest } = await selectRun(cli, input.args, "act");
  const client = await cli.client();
  const { id: message, text } = messageOf(await client.run(id), rest[0]);
  const accepted = await client.command(id, { kind: "message.withdraw", message });
  const done = `– ${message} is taken back, and no agent reads it: ${printableLine(text)}`;
  return finish(cli, input, { run: id, message: done, json: { ...accepted, message, text } });
};

type Said = { readonly id: MessageId; readonly text: string; readonly waits: boolean };
type MessageId = NonNullable<RunView["comments"][number]["message"]>["id"];

/** The one that is named, or the only one that waits. */
function messageOf({ run: id, comments }: RunView, name: string | undefined): Said {
  const said = comments.flatMap(({ text, message }): Said[] =>
    message === undefined
      ? []
      : [{ id: message.id, text, waits: message.state.kind === "waiting" }],
  );
  if (name !== undefined) {
    const named = said.find((one) => one.id.toLowerCase() === name.toLowerCase());
    if (named !== undefined) return named;
    throw new TuttiError("message.unknown", `${id} has no message ${printableLine(name)}.`);
  }
  const waiting = said.filter(({ waits }) => waits);
  const [only] = waiting;
  if (only === undefined)
    throw new TuttiError("message.unknown", `Nothing that was said on ${id} waits to be given.`);
  if (waiting.length === 1) return only;
  const names = waiting.map((one) => one.id).join(", ");
  throw new TuttiError("usage", `Several messages wait on ${id}: name one (${names}).`);
}
