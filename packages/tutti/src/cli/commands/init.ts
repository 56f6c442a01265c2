import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import type { AgentView } from "@tutti/protocol";
import { EXIT, TuttiError } from "@tutti/protocol/errors";
import { detectProject, type Detected } from "../../config/detect/detect.ts";
import { machineReader, projectReader } from "../../config/detect/readers.ts";
import { CONFIG_FILE } from "../../config/open.ts";
import { proposeRoles, type Proposal } from "../../config/propose-roles.ts";
import { renderConfig } from "../../config/template.ts";
import type { Cli } from "../cli.ts";
import { flagOption, type Action } from "../command-spec.ts";
import {
  agree,
  agreementNotes,
  shareOut,
  readOwnFile,
  type Agreement,
  type OwnFile,
} from "../own-file.ts";
import { requireProject, shown } from "../project-files.ts";
import { knownError } from "../report-error.ts";
import { printableLine } from "../terminal/printable.ts";

export const run: Action = async (cli, input) => {
  const root = requireProject(cli);
  const path = join(root, CONFIG_FILE);
  const isPrinted = flagOption(input, "print");
  if (!isPrinted && existsSync(path)) {
    throw new TuttiError("config.exists", `${shown(cli, path)} is there already.`);
  }
  const agents = await agentsHere(cli, root);
  const roles = proposeRoles(agents);
  const file = await readOwnFile(cli);
  const detected = await detect(cli, root, { roles, file });
  const { project, own } = shareOut(cli, file, detected.read);
  const text = renderConfig({ ...detected, read: project }, roles);
  if (!isPrinted) {
    mkdirSync(dirname(path), { recursive: true });
    // `wx`: a file that appeared meanwhile is a person's, and stays.
    writeFileSync(path, text, { flag: "wx" });
  }
  const agreement: Agreement = isPrinted
    ? { path: file.path, read: own, written: false }
    : await agree(cli, file, own);
  const names = { author: roles.author?.name ?? null, reviewer: roles.reviewer?.name ?? null };
  if (cli.isJson)
    cli.printJson({
      path,
      written: !isPrinted,
      text,
      detected,
      own: agreement,
      agents,
      roles: { ...names, notes: roles.notes },
    });
  else if (isPrinted) {
    cli.print(text);
    for (const note of [...roles.notes, ...detected.notes, ...agreementNotes(agreement)])
      cli.note(`! ${printableLine(note)}`);
  } else tell(cli, path, { detected: { ...detected, read: project }, roles, agreement });
  return EXIT.ok;
};

/** None where the daemon cannot start: `tutti doctor` says why, and the file is worth writing anyway. */
async function agentsHere(cli: Cli, root: string): Promise<readonly AgentView[]> {
  try {
    const client = await cli.client();
    return (await client.agents({ path: root }, { signal: cli.deps.signal })).agents;
  } catch (error) {
    const known = knownError(error);
    if (known === null) throw error;
    cli.note(`! Nothing is known of agents: ${printableLine(known.message)}`);
    return [];
  }
}

async function detect(
  { deps }: Cli,
  root: string,
  { roles, file }: { readonly roles: Proposal; readonly file: OwnFile },
): Promise<Detected> {
  const chosen = [roles.author, roles.reviewer].filter((agent) => agent !== null);
  const own = file.parsed.kind === "config" ? Object.values(file.parsed.agents) : [];
  const project = projectReader(root);
  const agents = [...own, ...chosen];
  const machine = machineReader(outsideOf(root, deps.env));
  const detected = await detectProject({ project, machine, agents });
  return { ...detected, read: [...detected.read, ...hiddenOf(chosen, detected)] };
}

/** What a repository puts onto a PATH, as by direnv, must not lead to the folders that are shown. */
const outsideOf = (root: string, env: Cli["deps"]["env"]): Cli["deps"]["env"] => {
  const folders = (env["PATH"] ?? "").split(delimiter);
  const isOutside = (folder: string): boolean => !`${folder}/`.startsWith(`${root}/`);
  return { ...env, PATH: folders.filter(isOutside).join(delimiter) };
};

/** What an agent needs besides what its command led to, such as a second program that it starts. */
const hiddenOf = (agents: readonly AgentView[], { read }: Detected): Detected["read"] =>
  agents
    .flatMap(({ name, hidden }) => hidden.map((path) => ({ path, why: name })))
    .filter(({ path }) => !read.some((one) => `${path}/`.startsWith(`${one.path}/`)));

type Found = {
  readonly detected: Detected;
  readonly roles: Proposal;
  readonly agreement: Agreement;
};

function tell(cli: Cli, path: string, { detected, roles, agreement }: Found): void {
  const { checks, recipe, read, notes } = detected;
  const strong = (text: string): string => cli.style.paint("strong", text);
  cli.print(`● wrote ${shown(cli, path)}`);
  cli.print(`\n${strong("Checks")}`);
  for (const { name, run: command, from } of checks) {
    cli.print(`  ${name}: ${printableLine(command)}  (${printableLine(from)})`);
  }
  if (checks.length === 0) cli.print("  none found: add at least one, or nothing can pass");
  if (recipe !== null) cli.print(`\n${strong("Set-up")}\n  ${printableLine(recipe.setup)}`);
  tellShown(cli, read, agreement);
  const { author, reviewer } = roles;
  if (author !== null) {
    cli.print(`\n${strong("Roles")}\n  author: ${printableLine(author.name)} (${author.family})`);
    if (reviewer !== null)
      cli.print(`  reviewer: ${printableLine(reviewer.name)} (${reviewer.family})`);
  }
  for (const note of [...roles.notes, ...notes, ...agreementNotes(agreement)])
    cli.print(`\n! ${printableLine(note)}`);
  const next = author === null ? "name your agents in it" : "correct what is wrong";
  cli.print(`\nNext: read the file and ${next}, commit it, then run \`tutti doctor\`.`);
}

function tellShown(cli: Cli, read: Detected["read"], agreement: Agreement): void {
  const list = (title: string, folders: Detected["read"]): void => {
    if (folders.length > 0) cli.print(`\n${cli.style.paint("strong", title)}`);
    for (const { path, why } of folders)
      cli.print(`  ${printableLine(path)}  (${printableLine(why)})`);
  };
  list("Shown inside the fence, read-only", read);
  if (agreement.written)
    list(`Shown too, by your own ${printableLine(agreement.path)}`, agreement.read);
}
