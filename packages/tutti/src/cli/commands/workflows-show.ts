import { EXIT, TuttiError } from "@tutti/protocol/errors";
import { suggest } from "../../documents/suggest.ts";
import { listWorkflows, resolveWorkflow } from "../../workflows/resolve.ts";
import type { Action } from "../command-spec.ts";
import { workflowPlaces } from "../project-files.ts";
import { printable } from "../terminal/printable.ts";

export const run: Action = async (cli, { args }) => {
  const [name = ""] = args;
  const places = workflowPlaces(cli);
  const found = await resolveWorkflow(name, places);
  if (found === null) {
    const known = (await listWorkflows(places)).map((one) => one.name);
    throw new TuttiError(
      "workflow.unknown",
      `There is no workflow \`${name}\`. ${suggest(name, known)}`,
    );
  }
  if (cli.isJson) cli.printJson(found);
  else cli.print(cli.isTerminal ? printable(found.text) : found.text);
  return EXIT.ok;
};
