/** Which agents there are for a project, and what each lacks: configuration, machine and gateway put together. */
import { existsSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import type { AgentsReport } from "@tutti/protocol";
import { catalogEntry } from "./agents/catalog/catalog.ts";
import { findInstalled } from "./agents/catalog/installed.ts";
import { isSignedIn, signInCommand } from "./agents/catalog/sign-in.ts";
import { catalogAgents } from "./catalog-agents.ts";
import { CONFIG_FILE } from "./config/open.ts";
import { configuredAgents } from "./config/project-rules.ts";
import { type InstalledFact, surveyAgents } from "./config/survey.ts";
import type { Gateway } from "./engine/ports/gateway.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export type SurveyOptions = {
  readonly userFile: string;
  readonly gateway: Pick<Gateway, "providers">;
  readonly environment: Environment;
  /** The running Node: global packages usually lie beside it. */
  readonly node: string;
  /** Where agents with `credentials: inside` have theirs, one folder an agent. */
  readonly logins: string;
};

export type Survey = (root: string | null) => Promise<AgentsReport>;

/** Nothing is run to find out, and a file that is wrong is told instead of thrown. */
export const createSurvey =
  (options: SurveyOptions): Survey =>
  async (root) => {
    const known = catalogAgents();
    const project = root === null ? null : join(root, CONFIG_FILE);
    const files = { user: options.userFile, project, catalog: known };
    const { agents, roles, ofUser, problems } = await configuredAgents(files);
    const providers = await options.gateway.providers();
    return {
      agents: [
        ...surveyAgents({
          catalog: known,
          agents,
          roles,
          ofUser,
          providers,
          installed: (id) => installedFact(id, options),
          isProgram: ([program = ""]) => isProgram(program, root, options.environment),
        }),
      ],
      problems: [...problems],
    };
  };

const installedFact = (id: string, { environment, node, logins }: SurveyOptions): InstalledFact => {
  const entry = catalogEntry(id);
  if (entry === undefined) throw new Error(`${id} is not in the catalogue`);
  const home = environment["HOME"] ?? "/";
  const found = findInstalled(entry, { searchPath: environment["PATH"] ?? "", home, node });
  const login = join(logins, id);
  const own = {
    isSignedIn: isSignedIn(entry, login),
    signIn: signInCommand(entry, login),
  };
  return found.kind === "installed"
    ? { isInstalled: true, version: found.version, isTested: found.isTested, ...own }
    : { isInstalled: false, version: null, isTested: false, ...own };
};

/** As a run would find it: on the PATH, below the home folder, or in the repository. */
const isProgram = (program: string, root: string | null, environment: Environment): boolean => {
  const home = environment["HOME"] ?? "/";
  if (program.startsWith("~/")) return existsSync(join(home, program.slice(2)));
  if (isAbsolute(program)) return existsSync(program);
  if (program.includes("/")) return root !== null && existsSync(join(root, program));
  const folders = (environment["PATH"] ?? "").split(delimiter);
  return folders.some((folder) => isAbsolute(folder) && existsSync(join(folder, program)));
};
