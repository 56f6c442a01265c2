import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { ProjectConfig } from "@tutti/protocol";
import { EXIT, TuttiError } from "@tutti/protocol/errors";
import { hasErrors, type Problem } from "../../documents/problem.ts";
import type { Cli } from "../cli.ts";
import type { Action } from "../command-spec.ts";
import { problemLines } from "../pages/problem-list.ts";
import {
  examineConfig,
  examineWorkflow,
  examineWorkflows,
  requireProject,
} from "../project-files.ts";
import { projectRoot } from "../project-root.ts";

export const run: Action = async (cli, { args }) => {
  const { files, problems } = args.length === 0 ? await own(cli) : await named(cli, args);
  const isBad = hasErrors(problems);
  if (cli.isJson) cli.printJson({ files, problems });
  else {
    for (const line of problemLines(problems, cli.style)) cli.print(line);
    if (problems.length === 0) cli.print(`● ${files.length} workflow files, no problem`);
  }
  return isBad ? EXIT.usage : EXIT.ok;
};

type Report = { readonly files: readonly string[]; readonly problems: readonly Problem[] };

async function own(cli: Cli): Promise<Report> {
  const root = requireProject(cli);
  return examineWorkflows(root, (await examineConfig(cli, root)).config);
}

async function named(cli: Cli, files: readonly string[]): Promise<Report> {
  const root = projectRoot(cli.deps.cwd);
  const config: ProjectConfig | null =
    root === null ? null : (await examineConfig(cli, root)).config;
  return {
    files,
    problems: files.flatMap((file) => examineWorkflow(read(cli, file), file, config)),
  };
}

function read({ deps }: Cli, file: string): string {
  try {
    return readFileSync(resolve(deps.cwd, file), "utf8");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TuttiError("usage", `${file} cannot be read: ${why}.`, { cause });
  }
}
