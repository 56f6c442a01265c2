/**
 * The `tutti` command. Everything but the version is loaded when it is needed: a command's time is
 * mostly the time of its imports.
 */
import type { CliDeps } from "./cli.ts";

const VERSION_WORDS: ReadonlySet<string> = new Set(["--version", "-V", "-v"]);

/** Returns the exit code; never throws. `argv` begins after the program's name. */
export async function runCli(argv: readonly string[], deps: CliDeps): Promise<number> {
  const [first = ""] = argv;
  if (VERSION_WORDS.has(first) && argv.length === 1) {
    deps.stdout.write(`${deps.version}\n`);
    return 0;
  }
  const { dispatch } = await import("./dispatch.ts");
  return dispatch(argv, deps);
}
