import { EXIT } from "@tutti/protocol/errors";
import type { Action } from "../command-spec.ts";
import { agentLines } from "../pages/agent-list.ts";
import { projectRoot } from "../project-root.ts";
import { printableLine } from "../terminal/printable.ts";

export const run: Action = async (cli) => {
  const client = await cli.client();
  const root = projectRoot(cli.deps.cwd);
  const report = await client.agents(root === null ? {} : { path: root });
  if (cli.isJson) {
    cli.printJson(report);
    return EXIT.ok;
  }
  for (const line of agentLines(report.agents, cli.style)) cli.print(line);
  for (const problem of report.problems) cli.note(`! ${printableLine(problem)}`);
  return EXIT.ok;
};
