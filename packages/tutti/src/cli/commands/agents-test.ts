import type { AgentsReport } from "@tutti/protocol";
import { EXIT, TuttiError } from "@tutti/protocol/errors";
import { hasAccess } from "../../config/survey.ts";
import type { Cli } from "../cli.ts";
import { flagOption, type Action } from "../command-spec.ts";
import { agentTestLines } from "../pages/agent-test-page.ts";
import { requireProject } from "../project-files.ts";
import { readLine } from "../read-line.ts";

export const run: Action = async (cli, input) => {
  const [name = ""] = input.args;
  const path = requireProject(cli);
  if (name === "") throw new TuttiError("usage", "Name the agent: `tutti agents test AGENT`.");
  if (!flagOption(input, "yes") && !(await isWanted(cli, name))) {
    cli.note("Nothing was run.");
    if (cli.isJson) cli.printJson({ name, run: false });
    return EXIT.ok;
  }
  const client = await cli.client();
  refuseHidden(await client.agents({ path }), name);
  cli.note(`Trying ${name} in the fence …`);
  const result = await client.testAgent({ path, name }, { signal: cli.deps.signal });
  if (cli.isJson) cli.printJson(result);
  else for (const line of agentTestLines(result, cli.style)) cli.print(line);
  return result.ok ? EXIT.ok : EXIT.failed;
};

/** Nothing is prepared and no model is asked for a program that the fence would not find. */
function refuseHidden({ agents }: AgentsReport, name: string): void {
  const agent = agents.find((one) => one.name === name);
  if (agent === undefined || !agent.installed || !hasAccess(agent.access) || agent.isReady) return;
  // It may start all the same: the trial tells.
  if (agent.oldNode !== undefined) return;
  throw new TuttiError(
    "agent.hidden",
    `${name} would not be found inside the fence. ${agent.mend}`,
  );
}

/** Throws `usage` where nobody can be asked. */
async function isWanted(cli: Cli, name: string): Promise<boolean> {
  if (cli.deps.stdin.isTTY !== true || cli.deps.stderr.isTTY !== true)
    throw new TuttiError(
      "usage",
      `Trying ${name} asks its model, which may cost money. Say yes to it with \`--yes\`.`,
    );
  cli.note(`Trying ${name} asks its model once or twice, which may cost money. Go on? [y/N]`);
  return /^y(?:es)?$/iu.test((await readLine(cli.deps.stdin)).trim());
}
