import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { TuttiError } from "@tutti/protocol/errors";
import { finish } from "../await-run.ts";
import type { Cli } from "../cli.ts";
import type { Action } from "../command-spec.ts";
import { readInput } from "../read-input.ts";
import { selectRun } from "../select-run.ts";

/** The same as what the daemon takes. */
const FILE_MAX_BYTES = 1024 * 1024;

export const run: Action = async (cli, input) => {
  const { run: id, rest } = await selectRun(cli, input.args, "act");
  const [name, file] = rest;
  if (name === undefined || file === undefined) {
    throw new TuttiError("usage", "Name the artifact and the file: `tutti amend RUN NAME FILE`.");
  }
  const text = file === "-" ? await readInput(cli.deps.stdin) : readText(cli, file);
  const client = await cli.client();
  const accepted = await client.amend(id, { name, text });
  const message = `+ ${name} replaced. What rests on it is stale.`;
  return finish(cli, input, { run: id, message, json: accepted });
};

function readText({ deps }: Cli, file: string): string {
  const path = resolve(deps.cwd, file);
  try {
    if (statSync(path).size > FILE_MAX_BYTES) throw new Error("it is over 1 MiB");
    return readFileSync(path, "utf8");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TuttiError("usage", `${path} cannot be read: ${why}.`, { cause });
  }
}
