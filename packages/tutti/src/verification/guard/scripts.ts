/**
 * Files that a check runs without naming them: `npm test` names a script of package.json, `make
 * test` a recipe, and those name the file. Read from the candidate's tree: had it changed
 * package.json or the Makefile itself, that would be a flag of its own.
 */
import { z } from "zod";
import { readInside } from "../inside.ts";

/** Larger ones are not read. */
const FILE_MAX_BYTES = 1 << 20;
const LINES_MAX = 2000;
/** Scripts that run scripts. */
const DEPTH_MAX = 8;

const Manifest = z.object({ scripts: z.record(z.string(), z.string()) });
const MAKEFILES = ["Makefile", "makefile", "GNUmakefile"] as const;

const SCRIPT_RUNNER =
  /\b(?:npm|pnpm|yarn|bun|npm-run-all2?|run-s|run-p|wireit|turbo|nx|concurrently)\b|--run\b/u;
const MAKE = /(?:^|[\s;&|])g?make\b/u;
const INTERPRETER =
  /^(?:node|nodejs|bun|deno|tsx|ts-node|sh|bash|dash|zsh|python[\d.]*|ruby|perl|php|c8|nyc)$/u;
/** Programs that run the command behind them. */
const WRAPPER = /^(?:env|cross-env|npx|exec|time|command|nice|run)$/u;
const LOADS = /^(?:-r|-c|--(?:require|import|loader|experimental-loader|config|file|setup))$/u;
const ASSIGNMENT = /^[A-Za-z_]\w*=/u;
const SCRIPT_FILE = /\.(?:[cm]?[jt]s|sh|bash|py|rb|pl|php)$/u;

/** Paths in the tree, as the scripts write them: the extension of a module may be left out. */
export async function filesBehind(
  commands: readonly string[],
  root: string,
): Promise<readonly string[]> {
  const scripts = await scriptsIn(root);
  const lines = new Set(commands.flatMap((command) => linesBehind(command, scripts, 0)));
  const made = [...commands, ...lines].some((line) => MAKE.test(line)) ? await recipesIn(root) : [];
  return [...new Set([...lines, ...made].flatMap(executed))];
}

async function scriptsIn(root: string): Promise<ReadonlyMap<string, string>> {
  const text = await readInside(root, "package.json", FILE_MAX_BYTES);
  try {
    const manifest = Manifest.safeParse(JSON.parse(text ?? "{}"));
    return new Map(manifest.success ? Object.entries(manifest.data.scripts) : []);
  } catch {
    return new Map(); // not JSON: no script of it runs
  }
}

async function recipesIn(root: string): Promise<readonly string[]> {
  for (const name of MAKEFILES) {
    const text = await readInside(root, name, FILE_MAX_BYTES);
    if (text === null) continue;
    const recipes = text.split("\n").filter((line) => line.startsWith("\t"));
    return recipes.slice(0, LINES_MAX).map((line) => line.replace(/^[\s@+-]+/u, ""));
  }
  return [];
}

/** Any word that is a script's name stands for the script: runners are many, and so are their options. */
function linesBehind(
  command: string,
  scripts: ReadonlyMap<string, string>,
  depth: number,
): readonly string[] {
  if (depth > DEPTH_MAX || !SCRIPT_RUNNER.test(command)) return [];
  const names = wordsOf(command).flatMap((word) => {
    const name = word === "t" || word === "tst" ? "test" : word;
    return [`pre${name}`, name, `post${name}`];
  });
  return [...new Set(names)].flatMap((name) => {
    const line = scripts.get(name);
    return line === undefined || line === command
      ? []
      : [line, ...linesBehind(line, scripts, depth + 1)];
  });
}

/** Files of a command line that are run, loaded or configure; not those that are only looked at. */
function executed(line: string): readonly string[] {
  return line.split(/&&|\|\||[;|&\n()]/u).flatMap((part) => {
    const words = wordsOf(part);
    while (ASSIGNMENT.test(words[0] ?? "") || WRAPPER.test(words[0] ?? "")) words.shift();
    const [program = "", ...rest] = words;
    const loaded = rest.filter((_, index) => LOADS.test(rest[index - 1] ?? ""));
    const argument = rest.find((word) => !word.startsWith("-") && !loaded.includes(word));
    const isProgramHere = program.includes("/") || SCRIPT_FILE.test(program);
    const found = [
      ...(isProgramHere ? [program] : []),
      ...(INTERPRETER.test(program) && argument !== undefined ? [argument] : []),
      ...loaded,
      ...rest.flatMap((word) => /^--[\w-]+=(.+)$/u.exec(word)?.[1] ?? []),
    ];
    return found.map(plain).filter((path) => path !== "");
  });
}

const wordsOf = (text: string): string[] =>
  text
    .split(/\s+/u)
    .map((word) => word.replaceAll(/["'`]/gu, ""))
    .filter((word) => word !== "");

const plain = (path: string): string => path.replace(/^(?:\.\/)+/u, "");
