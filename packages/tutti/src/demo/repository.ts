/**
 * Makes the sample's repository. The demo calls git itself, on a repository it has just made and
 * without any configuration but its own: hooks, templates and signing of the user stay out of it.
 */
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { devNull } from "node:os";
import { dirname, join } from "node:path";
import { TuttiError } from "@tutti/protocol/errors";
import { run } from "../platform/run-command.ts";
import type { Files, Sample } from "./samples/sample.ts";

type Environment = Readonly<Record<string, string | undefined>>;
export type Git = (...args: readonly string[]) => Promise<string>;

const BRANCH = "main";
/** Brought by npm, and shown to agents and checks read-only by the recipe. */
export const MODULES = "node_modules";

const NEUTRAL = [
  "-c",
  `core.hooksPath=${devNull}`,
  "-c",
  "core.fsmonitor=false",
  "-c",
  "commit.gpgSign=false",
  "-c",
  "core.autocrlf=false",
];

/** Standard output without the last line feed. Throws `git.missing` or `git.failed`. */
const gitIn =
  (folder: string, env: Environment): Git =>
  async (...args) => {
    const result = await run("git", [...NEUTRAL, ...args], {
      cwd: folder,
      env: { ...withoutGit(env), LC_ALL: "C" },
    });
    if (result.code === 0) return result.stdout.trimEnd();
    if (result.ended === "not-started")
      throw new TuttiError("git.missing", `git does not start: ${result.stderr.trim()}`);
    throw new TuttiError("git.failed", `git ${args[0] ?? ""} failed: ${result.stderr.trim()}`);
  };

/** A git command around this one (a hook, an alias) must not decide about the sample. */
const withoutGit = (env: Environment): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value === undefined || (name.startsWith("GIT_") && name !== "GIT_EXEC_PATH")
        ? []
        : [[name, value]],
    ),
  );

export type RepositoryPlan = {
  /** A folder that does not exist yet. */
  readonly root: string;
  readonly sample: Sample;
  /** Text of `.tutti/config.yaml`. */
  readonly config: string;
  readonly env: Environment;
};

/** Two commits: the sample as it is, then Tutti's configuration. */
export async function createRepository({
  root,
  sample,
  config,
  env,
}: RepositoryPlan): Promise<Git> {
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const git = gitIn(root, env);
  await git("init", "--quiet", "--template=", `--initial-branch=${BRANCH}`);
  await identify(git);
  writeFiles(root, sample.files);
  await git("add", "--all", "--force");
  await git("commit", "--quiet", "--message", sample.origin);
  writeFiles(root, { ".tutti/config.yaml": config });
  await git("add", "--all", "--force");
  await git("commit", "--quiet", "--message", "Configure Tutti");
  if (sample.dependencies !== null) bringModules(root, sample.dependencies);
  return git;
}

/** The user's own name where they have said it; the demo has a configuration folder of its own. */
async function identify(git: Git): Promise<void> {
  const known = async (key: string, otherwise: string): Promise<string> =>
    (await git("config", "--get", "--default", otherwise, key)) || otherwise;
  const name = await known("user.name", "Tutti demo");
  const email = await known("user.email", "demo@tutti.invalid");
  await git("config", "user.name", name);
  await git("config", "user.email", email);
}

function writeFiles(root: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

/** The two versions of the package lie beside what its tests need and stay where they are. */
function bringModules(root: string, dependencies: string): void {
  const from = join(dependencies, MODULES);
  const versions = [join(from, "before"), join(from, "after")];
  cpSync(from, join(root, MODULES), {
    recursive: true,
    filter: (source) => !versions.includes(source),
  });
  mkdirSync(join(root, ".git/info"), { recursive: true });
  writeFileSync(join(root, ".git/info/exclude"), `/${MODULES}\n`);
}
