/** The engine's port for the configuration of a run. */
import { readFile } from "node:fs/promises";
import { formatProblem } from "../documents/problem.ts";
import type { ProjectRules } from "../engine/ports/rules.ts";
import type { CatalogAgent } from "./catalog.ts";
import { CONFIG_FILE, openConfig } from "./open.ts";
import type { ConfigText } from "./open.ts";

/** `userFile`: the user's own configuration; it need not exist. It is read anew for every run. */
export const configRules = (options: {
  readonly userFile: string;
  readonly catalog?: readonly CatalogAgent[];
}): Pick<ProjectRules, "config"> => ({
  config: async (read) => {
    const [text, user] = await Promise.all([read(CONFIG_FILE), readIfThere(options.userFile)]);
    const project = text === null ? null : { file: CONFIG_FILE, text };
    const { config, warnings } = openConfig({
      project,
      user,
      catalog: options.catalog ?? [],
    });
    return { config, warnings: warnings.map((warning) => formatProblem(warning)) };
  },
});

const readIfThere = async (file: string): Promise<ConfigText | null> => {
  try {
    return { file, text: await readFile(file, "utf8") };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
};
