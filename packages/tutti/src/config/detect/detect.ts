/** Proposes a configuration for a project: `tutti init` writes it, `tutti doctor` proves it. */
import { detectDeno, detectGo, detectJvm, detectMake, detectRuby, detectRust } from "./compiled.ts";
import type { DetectedCheck, DetectedRecipe, Detector, Ecosystem } from "./ecosystem.ts";
import { detectNode } from "./node.ts";
import { detectPython } from "./python.ts";
import type { MachineReader, ProjectReader } from "./readers.ts";
import { findToolchains } from "./toolchains.ts";
import type { Shown } from "./toolchains.ts";

export type Detected = {
  /** In the order in which they are worth running. */
  readonly checks: readonly (Omit<DetectedCheck, "name"> & { readonly name: string })[];
  readonly recipe: DetectedRecipe | null;
  /** Entries for `sandbox.read`. */
  readonly read: readonly Shown[];
  /** What a person should look at, one sentence each. */
  readonly notes: readonly string[];
};

const DETECTORS: readonly Detector[] = [
  detectNode,
  detectPython,
  detectRust,
  detectGo,
  detectRuby,
  detectJvm,
  detectDeno,
];
const ORDER: readonly DetectedCheck["name"][] = ["build", "types", "lint", "test"];

/** `agents`: commands of the agents that are to be used; what they need is shown inside too. */
export const detectProject = async (readers: {
  readonly project: ProjectReader;
  readonly machine: MachineReader;
  readonly agents?: readonly { readonly command: readonly string[] }[];
}): Promise<Detected> => {
  const { project, machine } = readers;
  const found: Ecosystem[] = [];
  for (const detect of DETECTORS) {
    const ecosystem = await detect(project, machine);
    if (ecosystem !== null) found.push(ecosystem);
  }
  const make = await detectMake(project, machine);
  const checks = joinChecks(found, make);
  const usesMake = checks.some((check) => check.run.startsWith("make "));
  const agents = (readers.agents ?? []).flatMap(({ command }) => programsOf(command));
  const tools = [...found.flatMap((one) => one.tools), ...(usesMake ? ["make"] : []), ...agents];
  const toolchains = await findToolchains(tools, { project, machine });
  return {
    checks,
    recipe: joinRecipes(found),
    read: toolchains.shown,
    notes: [...found.flatMap((one) => one.notes), ...toolchains.notes],
  };
};

/** Programs of a command line: its first word, and files elsewhere on the machine among the others. */
export const programsOf = (command: readonly string[]): string[] => {
  const [program, ...args] = command;
  const elsewhere = args.filter((arg) => arg.startsWith("/") || arg.startsWith("~/"));
  return program === undefined ? [] : [program, ...elsewhere];
};

const rank = (name: string): number => ORDER.findIndex((one) => name.startsWith(one));

/** A second ecosystem's check of the same name gets its ecosystem's; a Makefile only fills gaps. */
const joinChecks = (found: readonly Ecosystem[], make: Ecosystem | null): Detected["checks"] => {
  const checks = new Map<string, Detected["checks"][number]>();
  for (const ecosystem of found) {
    for (const check of ecosystem.checks) {
      const isTaken = checks.has(check.name);
      const name = isTaken ? `${check.name}-${ecosystem.name.toLowerCase()}` : check.name;
      checks.set(name, { ...check, name });
    }
  }
  for (const check of make?.checks ?? [])
    if (!checks.has(check.name)) checks.set(check.name, check);
  return [...checks.values()].toSorted((one, other) => rank(one.name) - rank(other.name));
};

const joinRecipes = (found: readonly Ecosystem[]): DetectedRecipe | null => {
  const recipes = found.flatMap(({ recipe }) => recipe ?? []);
  if (recipes.length === 0) return null;
  return {
    setup: recipes.map(({ setup }) => setup).join(" && "),
    dependencies: recipes.flatMap(({ dependencies }) => dependencies),
    env: Object.assign({}, ...recipes.map(({ env }) => env ?? {})),
    egress: [...new Set(recipes.flatMap(({ egress }) => egress))],
  };
};
