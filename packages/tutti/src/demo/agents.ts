/** The two scripted agents, and the configuration of the sample that names them. */
import { existsSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { MODULES } from "./repository.ts";
import { authorScript, reviewerScript } from "./scripts.ts";
import type { Sample } from "./samples/sample.ts";

export const AUTHOR = { name: "alto", family: "anthropic" } as const;
export const RIVAL = { name: "tenor", family: "openai" } as const;

/** What the configuration and the commit trailers show in place of a model. */
const MODEL = "scripted";
const CHECK_TIMEOUT = "120s";

export type Cast = {
  /** Command of each agent. */
  readonly alto: readonly string[];
  readonly tenor: readonly string[];
  /** What the fence shows so that they start: the demo's own user says so. */
  readonly read: readonly string[];
};

/** A Node under a path of its own, whatever folder the one that runs this lies in. */
export type Runtime = {
  /** Holds `node` and belongs in front of PATH. */
  readonly bin: string;
  readonly node: string;
  readonly read: readonly string[];
};

export function placeRuntime(folder: string): Runtime {
  const bin = join(folder, "bin");
  const node = join(bin, "node");
  const real = realpathSync(process.execPath);
  mkdirSync(bin, { recursive: true, mode: 0o700 });
  if (!existsSync(node)) symlinkSync(real, node);
  // /usr is shown as it is.
  return { bin, node, read: real.startsWith("/usr/") ? [folder] : [folder, real] };
}

/** Writes both scripts into `folder`. */
export function castAgents(folder: string, sample: Sample, { node, read }: Runtime): Cast {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const program = scriptedProgram();
  const command = (name: string, script: unknown): string[] => {
    const file = join(folder, `${name}.json`);
    writeFileSync(file, JSON.stringify(script, null, 2));
    return [node, program.file, file];
  };
  return {
    alto: command(AUTHOR.name, authorScript(sample)),
    tenor: command(RIVAL.name, reviewerScript(sample)),
    read: [...read, program.shown, dirname(folder)],
  };
}

/** In a checkout the agent is its source; a published package has it as one file. */
function scriptedProgram(): { file: string; shown: string } {
  const source = fileURLToPath(new URL("../agents/scripted/main.ts", import.meta.url));
  if (existsSync(source)) return { file: source, shown: dirname(source) };
  const bundle = fileURLToPath(new URL("./scripted-agent.mjs", import.meta.url));
  return { file: bundle, shown: bundle };
}

/** As `tutti init` writes them where both agents work. */
export const REAL_ROLES = "roles: { planner: claude-code, author: claude-code, reviewer: [codex] }";

const INTRODUCTION = `# Written by tutti demo. Both agents are scripted: each acts out a file, and no model is asked.
# With real agents, by their names in the catalogue (\`tutti agents\` lists it), this is the whole of it:
#   ${REAL_ROLES}
`;

/** `.tutti/config.yaml` of the sample. */
export function configText(sample: Sample, cast: Cast): string {
  const config = {
    agents: {
      alto: { command: cast.alto, family: AUTHOR.family, model: MODEL },
      tenor: { command: cast.tenor, family: RIVAL.family, model: MODEL },
    },
    roles: { planner: AUTHOR.name, author: AUTHOR.name, reviewer: [RIVAL.name] },
    checks: { test: { run: sample.check, report: "tap", timeout: CHECK_TIMEOUT } },
    ...(sample.dependencies === null ? {} : { recipe: { link: [MODULES] } }),
    merge: { to: "target" },
    workflow: "spec-first",
  };
  return `${INTRODUCTION}${stringify(config, { lineWidth: 0 })}`;
}

const ABOUT_OWN = `# Written by tutti demo for its own daemon: what a repository alone must not show inside the fence.
`;

/** The configuration of the demo's own user, apart from yours. */
export const ownConfigText = ({ read }: Cast): string =>
  `${ABOUT_OWN}${stringify({ sandbox: { read } }, { lineWidth: 0 })}`;
