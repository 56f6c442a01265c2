import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { EXIT, TuttiError } from "@tutti/protocol/errors";
import { detectProject, type Detected } from "../../config/detect/detect.ts";
import { machineReader, projectReader } from "../../config/detect/readers.ts";
import { CONFIG_FILE, USER_CONFIG_FILE } from "../../config/open.ts";
import { parseUserConfig } from "../../config/parse.ts";
import { renderConfig } from "../../config/template.ts";
import type { Cli } from "../cli.ts";
import { flagOption, type Action } from "../command-spec.ts";
import { requireProject, shown } from "../project-files.ts";
import { printableLine } from "../terminal/printable.ts";

export const run: Action = async (cli, input) => {
  const root = requireProject(cli);
  const path = join(root, CONFIG_FILE);
  const isPrinted = flagOption(input, "print");
  if (!isPrinted && existsSync(path)) {
    throw new TuttiError("config.exists", `${shown(cli, path)} is there already.`);
  }
  const detected = await detect(cli, root);
  const text = renderConfig(detected);
  if (!isPrinted) {
    mkdirSync(dirname(path), { recursive: true });
    // `wx`: a file that appeared meanwhile is a person's, and stays.
    writeFileSync(path, text, { flag: "wx" });
  }
  if (cli.isJson) cli.printJson({ path, written: !isPrinted, text, detected });
  else if (isPrinted) cli.print(text);
  else tell(cli, path, detected);
  return EXIT.ok;
};

async function detect({ deps }: Cli, root: string): Promise<Detected> {
  const file = join(deps.folders.config, USER_CONFIG_FILE);
  const user = existsSync(file)
    ? parseUserConfig(readFileSync(file, "utf8"), file, { catalog: await deps.catalog() })
    : null;
  const agents = user?.kind === "config" ? Object.values(user.agents) : [];
  const project = projectReader(root);
  return detectProject({ project, machine: machineReader(deps.env), agents });
}

function tell(cli: Cli, path: string, { checks, recipe, read, agents, notes }: Detected): void {
  const strong = (text: string): string => cli.style.paint("strong", text);
  cli.print(`● wrote ${shown(cli, path)}`);
  cli.print(`\n${strong("Checks")}`);
  for (const { name, run: command, from } of checks) {
    cli.print(`  ${name}: ${printableLine(command)}  (${printableLine(from)})`);
  }
  if (checks.length === 0) cli.print("  none found: add at least one, or nothing can pass");
  if (recipe !== null) cli.print(`\n${strong("Set-up")}\n  ${printableLine(recipe.setup)}`);
  if (read.length > 0) cli.print(`\n${strong("Shown inside the fence, read-only")}`);
  for (const { path: folder, why } of read) {
    cli.print(`  ${printableLine(folder)}  (${printableLine(why)})`);
  }
  if (agents.length > 0) cli.print(`\n${strong("Agents on this machine")}`);
  for (const { name, command } of agents) cli.print(`  ${name}: ${command.join(" ")}`);
  for (const note of notes) cli.print(`\n! ${printableLine(note)}`);
  cli.print(
    "\nNext: read the file and name your agents in it, commit it, then run `tutti doctor`.",
  );
}
