import { randomUUID } from "node:crypto";
import type { AskedRoles, StartRun } from "@tutti/protocol";
import { TuttiError } from "@tutti/protocol/errors";
import { finish } from "../await-run.ts";
import { flagOption, textOption, type Action, type Input } from "../command-spec.ts";
import { readInput } from "../read-input.ts";
import { warningLine } from "../pages/warning-line.ts";

export const run: Action = async (cli, input) => {
  const text = await taskText(cli.deps.stdin, input);
  const client = await cli.client();
  const isWaiting = flagOption(input, "wait");
  const after = isWaiting ? (await client.health()).head : 0;
  const request = requestOf(input, { path: cli.deps.cwd, text });
  // The key makes it one run, also when the request has to be sent twice.
  const started = await client.startRun(request, { key: randomUUID() });
  for (const warning of started.warnings) cli.note(warningLine(warning, cli.noteStyle));
  const follow = `Follow it with \`tutti watch ${started.run}\`.`;
  return finish(cli, input, {
    run: started.run,
    message: isWaiting ? `Started ${started.run}.` : `Started ${started.run}. ${follow}`,
    json: started,
    after,
  });
};

async function taskText(stdin: Parameters<typeof readInput>[0], { args }: Input): Promise<string> {
  const text = args.length === 1 && args[0] === "-" ? await readInput(stdin) : args.join(" ");
  if (text.trim() === "") throw new TuttiError("usage", "The task is empty: say what you want.");
  return text;
}

function requestOf(input: Input, base: { path: string; text: string }): StartRun {
  const title = textOption(input, "title");
  const workflow = textOption(input, "workflow");
  const start = textOption(input, "base");
  const target = textOption(input, "target");
  const to = textOption(input, "to");
  const isolation = textOption(input, "isolation");
  const roles = rolesOf(input);
  return {
    ...base,
    ...(title === undefined ? {} : { title }),
    ...(workflow === undefined ? {} : { workflow }),
    ...(start === undefined ? {} : { base: start }),
    ...(target === undefined ? {} : { target }),
    ...(to === "target" || to === "branch" ? { to } : {}),
    ...(isolation === "none" || isolation === "sandbox" ? { isolation } : {}),
    ...(Object.keys(roles).length === 0 ? {} : { roles }),
  };
}

/** Throws `usage` for a list without a name. */
function rolesOf(input: Input): AskedRoles {
  const author = textOption(input, "author")?.trim();
  const list = textOption(input, "reviewer");
  const reviewer = list?.split(",").map((name) => name.trim());
  if (author === "" || reviewer?.includes("") === true)
    throw new TuttiError("usage", "Name an agent; `tutti agents` lists them.");
  return {
    ...(author === undefined ? {} : { author }),
    ...(reviewer === undefined ? {} : { reviewer }),
  };
}
