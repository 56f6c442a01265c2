import { EXIT, TuttiError } from "@tutti/protocol/errors";
import type { Action } from "../command-spec.ts";
import { bashScript, fishScript, zshScript } from "../completion-scripts.ts";

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

export const run: Action = async (cli, { args }) => {
  const [shell = ""] = args;
  if (shell !== "bash" && shell !== "zsh" && shell !== "fish") {
    throw new TuttiError("usage", "Name the shell: bash, zsh or fish.");
  }
  cli.print(SCRIPTS[shell]());
  return EXIT.ok;
};
