import type { ProjectView } from "@tutti/protocol";
import { EXIT } from "@tutti/protocol/errors";
import type { Cli } from "../cli.ts";
import type { Action } from "../command-spec.ts";
import { ruleRows } from "../pages/rule-rows.ts";
import { requireProject } from "../project-files.ts";
import { columns, indent, shortId } from "../terminal/layout.ts";
import { printableLine } from "../terminal/printable.ts";

export const run: Action = async (cli) => {
  const view = await (await cli.client()).project(requireProject(cli));
  if (cli.isJson) cli.printJson(view);
  else printProject(cli, view);
  return EXIT.ok;
};

function printProject(cli: Cli, view: ProjectView): void {
  const section = (title: string, rows: readonly (readonly string[])[]): void => {
    if (rows.length === 0) return;
    cli.print(`\n${cli.style.paint("strong", title)}`);
    const lines = columns(rows.map((row) => row.map((cell) => printableLine(cell))));
    cli.print(indent(lines, 2).join("\n"));
  };
  cli.print(printableLine(view.root));
  const target = view.target ?? "none: name one with --target";
  section("Branches", [
    ["checked out", view.branch ?? "none"],
    ["merges to", target],
    ["rules as of", shortId(view.commit)],
  ]);
  for (const [title, rules] of Object.entries(view.rules ?? {})) section(title, ruleRows(rules));
  section(
    "workflows",
    view.workflows.map(({ name, title, origin, isValid, steps }) => [
      name === view.workflow ? `${name} (usual)` : name,
      isValid ? origin : `✕ ${origin}, not valid`,
      title,
      steps.map(({ id }) => id).join(" → "),
    ]),
  );
  for (const problem of view.problems) cli.note(`✕ ${printableLine(problem)}`);
  for (const warning of view.warnings) cli.note(`! ${printableLine(warning)}`);
}
