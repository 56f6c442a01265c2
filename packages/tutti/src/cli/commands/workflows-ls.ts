import { EXIT } from "@tutti/protocol/errors";
import { hasErrors } from "../../documents/problem.ts";
import { readWorkflow } from "../../workflows/lint.ts";
import { listWorkflows } from "../../workflows/resolve.ts";
import type { Action } from "../command-spec.ts";
import { workflowPlaces } from "../project-files.ts";
import { columns } from "../terminal/layout.ts";
import { printableLine } from "../terminal/printable.ts";

export const run: Action = async (cli) => {
  const found = await listWorkflows(workflowPlaces(cli));
  const rows = found.map(({ name, origin, file, text }) => {
    const read = readWorkflow(text, { file });
    const description = read.kind === "invalid" ? "" : read.workflow.description;
    return { name, origin, file, description, isValid: !hasErrors(read.problems) };
  });
  if (cli.isJson) {
    cli.printJson({ items: rows });
    return EXIT.ok;
  }
  const lines = columns(
    rows.map(({ name, origin, description, isValid }) => {
      const text = isValid ? description : "✕ not valid; see `tutti workflows lint`";
      return [printableLine(name), origin, printableLine(text)];
    }),
  );
  cli.print(lines.join("\n"));
  return EXIT.ok;
};
