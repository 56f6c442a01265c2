/** Where everything of a workspace lies in the data folder. No other file builds these paths. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { RunId } from "@tutti/protocol";

export type RunFolders = {
  readonly folder: string;
  /** The author's work tree; the same path inside the fence. */
  readonly tree: string;
  /** Where a tree is built before it takes its place. */
  readonly newTree: string;
  readonly home: string;
  readonly artifacts: string;
  /** Throw-away places. */
  readonly places: string;
  /** What only the host reads and writes: index, git configuration, record. Never shown inside. */
  readonly host: string;
  readonly index: string;
  readonly gitConfig: string;
  readonly record: string;
  /** Ignore lines of this workspace besides the project's own. */
  readonly ignored: string;
};

export type Layout = {
  readonly data: string;
  readonly git: string;
  readonly runs: string;
  readonly intents: string;
  readonly projects: string;
  readonly placeholders: string;
  readonly run: (run: RunId | string) => RunFolders;
  readonly project: (commonDir: string) => {
    readonly vault: string;
    readonly preparations: string;
  };
};

const PROJECT_KEY_CHARACTERS = 16;

export function layoutOf(data: string): Layout {
  const runs = join(data, "runs");
  const projects = join(data, "projects");
  return {
    data,
    git: join(data, "git"),
    runs,
    intents: join(data, "intents"),
    projects,
    placeholders: join(data, "placeholders"),
    run: (run) => {
      const folder = join(runs, run);
      const host = join(folder, "host");
      return {
        folder,
        tree: join(folder, "tree"),
        newTree: join(folder, "tree.new"),
        home: join(folder, "home"),
        artifacts: join(folder, "artifacts"),
        places: join(folder, "places"),
        host,
        index: join(host, "index"),
        gitConfig: join(host, "git-config"),
        record: join(host, "run.json"),
        ignored: join(host, "ignored"),
      };
    },
    project: (commonDir) => {
      const key = createHash("sha256").update(commonDir).digest("hex");
      const folder = join(projects, key.slice(0, PROJECT_KEY_CHARACTERS));
      return { vault: join(folder, "vault.git"), preparations: join(folder, "preparations") };
    },
  };
}
