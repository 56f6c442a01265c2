/** Node projects: scripts of package.json as checks, the lock file's package manager as set-up. */
import { hostOf, isRecord, readJson } from "./ecosystem.ts";
import type { DetectedCheck, DetectedRecipe, Detector } from "./ecosystem.ts";
import type { MachineReader, ProjectReader } from "./readers.ts";

type Manager = {
  readonly name: "npm" | "pnpm" | "yarn" | "bun";
  readonly install: string;
  /** Before arguments that are meant for the script. */
  readonly separator: string;
};

const NPM: Manager = { name: "npm", install: "npm ci", separator: "-- " };

/** Lock file → its package manager, the more particular first. */
const LOCK_FILES: readonly (readonly [string, Manager])[] = [
  ["pnpm-lock.yaml", { name: "pnpm", install: "pnpm install --frozen-lockfile", separator: "" }],
  ["bun.lock", { name: "bun", install: "bun install --frozen-lockfile", separator: "" }],
  ["bun.lockb", { name: "bun", install: "bun install --frozen-lockfile", separator: "" }],
  ["yarn.lock", { name: "yarn", install: "yarn install --frozen-lockfile", separator: "" }],
  ["package-lock.json", NPM],
  ["npm-shrinkwrap.json", NPM],
];

const SCRIPTS: Readonly<Record<DetectedCheck["name"], readonly string[]>> = {
  build: ["build"],
  types: ["typecheck", "type-check", "types", "check-types", "tsc"],
  lint: ["lint"],
  test: ["test"],
};

const CHECKS = ["build", "types", "lint", "test"] as const;

export const detectNode: Detector = async (project, machine) => {
  const manifest = await readJson(project, "package.json");
  if (manifest === null) return null;
  const files = await project.list(".");
  const found = LOCK_FILES.find(([file]) => files.includes(file));
  const manager = managerOf(found?.[1] ?? null, { manifest, files });
  const scripts = isRecord(manifest["scripts"]) ? manifest["scripts"] : {};
  const recipe = await recipeOf(manager, {
    manifest,
    files,
    project,
    machine,
    isLocked: found !== undefined,
  });
  const isUnlocked = recipe !== null && found === undefined;
  return {
    name: "Node",
    checks: checksOf(scripts, manager),
    recipe,
    tools: ["node", manager.name],
    notes: isUnlocked
      ? ["There is no lock file, so every set-up may install other versions. Commit one."]
      : [],
  };
};

type Facts = {
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly files: readonly string[];
};

const managerOf = (found: Manager | null, { manifest, files }: Facts): Manager => {
  if (found === null) return { ...NPM, install: "npm install --no-package-lock" };
  if (found.name !== "yarn") return found;
  const isBerry =
    files.includes(".yarnrc.yml") ||
    /^yarn@(?:[2-9]|\d{2})/u.test(String(manifest["packageManager"]));
  return isBerry ? { ...found, install: "yarn install --immutable" } : found;
};

type Scripts = Readonly<Record<string, unknown>>;

const checksOf = (scripts: Scripts, manager: Manager): DetectedCheck[] =>
  CHECKS.flatMap((name): DetectedCheck[] => {
    const script = SCRIPTS[name].find((one) => typeof scripts[one] === "string");
    const text = script === undefined ? "" : String(scripts[script]);
    if (script === undefined || /no test specified/u.test(text) || text.trim() === "") return [];
    const from = `package.json, scripts.${script}`;
    if (name !== "test") return [{ name, from, run: `${manager.name} run ${script}` }];
    const test = manager.name === "bun" ? "bun run test" : `${manager.name} test`;
    const run = needsBuild(text, scripts) ? `${manager.name} run build && ${test}` : test;
    return [{ name, from, ...perTest(text, { run, manager }) }];
  });

/** Every check has a tree of its own: tests of what a build makes bring the build along. */
const needsBuild = (script: string, scripts: Scripts): boolean =>
  typeof scripts["build"] === "string" &&
  typeof scripts["pretest"] !== "string" &&
  /(?:^|[\s/"'])(?:dist|build|out)\//u.test(script);

/** Runners that can say what each test did: an argument or a variable that makes them. */
const RUNNERS: readonly { readonly name: string; readonly args: string }[] = [
  { name: "vitest", args: "--reporter=tap-flat" },
  { name: "mocha", args: "--reporter tap" },
  { name: "ava", args: "--tap" },
];

const perTest = (
  script: string,
  { run, manager }: { readonly run: string; readonly manager: Manager },
): Pick<DetectedCheck, "run" | "report" | "env"> => {
  if (/\bnode\b[^&|;]*\s--test(?:\s|$)/u.test(script) && !script.includes("--test-reporter"))
    return { run, report: "tap", env: { NODE_OPTIONS: "--test-reporter=tap" } };
  const isOneCommand = !/[&|;]/u.test(script) && !/--reporter|--tap/u.test(script);
  const runner = RUNNERS.find(({ name }) =>
    new RegExp(`(?:^|\\s|/)${name}(?:\\s|$)`, "u").test(script),
  );
  if (runner !== undefined && isOneCommand) {
    const once =
      runner.name === "vitest" && !/\s(?:run|--run)(?:\s|$)/u.test(script) ? "--run " : "";
    return { run: `${run} ${manager.separator}${once}${runner.args}`, report: "tap" };
  }
  if (/(?:^|\s|\/)(?:vitest|jest|react-scripts)\b/u.test(script))
    return { run, env: { CI: "true" } };
  return { run };
};

const recipeOf = async (
  manager: Manager,
  facts: Facts & {
    readonly project: ProjectReader;
    readonly machine: MachineReader;
    readonly isLocked: boolean;
  },
): Promise<DetectedRecipe | null> => {
  const hasDependencies = ["dependencies", "devDependencies", "optionalDependencies"].some(
    (key) => {
      const group = facts.manifest[key];
      return isRecord(group) && Object.keys(group).length > 0;
    },
  );
  const members = await workspaceFolders(facts.manifest, facts.project);
  if (!hasDependencies && members.length === 0) return null;
  return {
    setup: manager.install,
    dependencies: ["node_modules", ...members.map((member) => `${member}/node_modules`)],
    egress: await registryHosts(manager, facts),
  };
};

/** Folders of a workspace's members, for the patterns people use: `packages/*` and plain paths. */
const workspaceFolders = async (
  manifest: Readonly<Record<string, unknown>>,
  project: ProjectReader,
): Promise<string[]> => {
  const field = manifest["workspaces"];
  const listed: unknown = isRecord(field) ? field["packages"] : field;
  const pnpm = await project.read("pnpm-workspace.yaml");
  const fromPnpm = [...(pnpm ?? "").matchAll(/^\s*-\s*["']?(?<glob>[^"'#\s!]+)/gmu)].map(
    (match) => match[1] ?? "",
  );
  const patterns = [...(Array.isArray(listed) ? listed.map(String) : []), ...fromPnpm];
  const folders = await Promise.all(
    patterns.map(async (pattern) => {
      const plain = pattern.replace(/^\.\//u, "").replace(/\/+$/u, "");
      if (!plain.includes("*")) return [plain];
      const parent = plain.replace(/\/\*{1,2}$/u, "");
      if (parent.includes("*")) return [];
      return (await project.list(parent)).map((name) => `${parent}/${name}`);
    }),
  );
  const members: string[] = [];
  for (const folder of new Set(folders.flat()))
    if ((await project.read(`${folder}/package.json`)) !== null) members.push(folder);
  return members.toSorted();
};

/** Where packages come from: the configured registry, else the manager's own. */
const registryHosts = async (
  manager: Manager,
  { project, machine }: { readonly project: ProjectReader; readonly machine: MachineReader },
): Promise<string[]> => {
  const files = await Promise.all([project.read(".npmrc"), machine.read(`${machine.home}/.npmrc`)]);
  const configured = [
    machine.env["npm_config_registry"] ?? machine.env["NPM_CONFIG_REGISTRY"],
    ...files.map((text) => /^\s*registry\s*=\s*(?<url>\S+)/mu.exec(text ?? "")?.[1]),
  ].find((url) => url !== undefined);
  const own = configured === undefined ? null : hostOf(configured);
  if (own !== null) return [own];
  return manager.name === "yarn"
    ? ["registry.yarnpkg.com:443", "registry.npmjs.org:443"]
    : ["registry.npmjs.org:443"];
};
