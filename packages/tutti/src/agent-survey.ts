/** Which agents there are for a project, and what each lacks: configuration, machine and gateway put together. */
import { existsSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import type { AgentsReport, AgentView } from "@tutti/protocol";
import { catalogEntry } from "./agents/catalog/catalog.ts";
import type { CatalogEntry } from "./agents/catalog/entry.ts";
import { findInstalled } from "./agents/catalog/installed.ts";
import { isSignedIn, signInCommand } from "./agents/catalog/sign-in.ts";
import { catalogAgents } from "./catalog-agents.ts";
import { CONFIG_FILE } from "./config/open.ts";
import { configuredAgents } from "./config/project-rules.ts";
import { concealed, type InstalledFact, outdated, surveyAgents } from "./config/survey.ts";
import type { Gateway } from "./engine/ports/gateway.ts";
import { readHost } from "./platform/tool-places.ts";
import { ownFolders } from "./workspace/toolchain.ts";
import { createFenceView, type FenceView, type Program } from "./fence-view.ts";
import { isOlder } from "./node-version.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export type SurveyOptions = {
  readonly userFile: string;
  readonly gateway: Pick<Gateway, "providers">;
  readonly environment: Environment;
  /** The running Node: global packages usually lie beside it. */
  readonly node: string;
  /** Tutti's data folder. */
  readonly data: string;
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
    const files = {
      user: options.userFile,
      project,
      catalog: known,
      host: readHost(options.environment),
    };
    const { agents, roles, ofUser, read, problems } = await configuredAgents(files);
    const views = surveyAgents({
      catalog: known,
      agents,
      roles,
      ofUser,
      providers: await options.gateway.providers(),
      installed: (id) => installedFact(id, options),
      isProgram: ([program = ""]) => isProgram(program, root, options.environment),
    });
    const fence = fenceView(options, { read, root });
    return {
      agents: await Promise.all(views.map((view) => asInside(view, fence, options))),
      problems: [...problems, ...fence.problems],
    };
  };

const fenceView = (
  { environment, data }: SurveyOptions,
  { read, root }: { readonly read: readonly string[]; readonly root: string | null },
): FenceView => {
  const host = {
    home: environment["HOME"] ?? "/",
    searchPath: environment["PATH"] ?? "",
    own: ownFolders(data, environment),
  };
  return createFenceView({ read, root, environment, host });
};

/** What is found outside is only worth something when it is found inside too. */
const asInside = async (
  view: AgentView,
  fence: FenceView,
  options: SurveyOptions,
): Promise<AgentView> => {
  if (!view.installed || view.command.length === 0) return view;
  const hidden = await fence.hiddenOf({ command: view.command, ...partsOf(view, options) });
  return hidden === null ? onNode(view, fence) : concealed(view, hidden);
};

/** The entry, where the agent is started by the catalogue's own command. */
const entryOf = ({ catalog, command }: AgentView): CatalogEntry | null => {
  const entry = catalog === null ? undefined : catalogEntry(catalog);
  return entry?.distribution.program === command[0] ? (entry ?? null) : null;
};

const onNode = (view: AgentView, fence: FenceView): AgentView => {
  const needed = entryOf(view)?.node ?? null;
  const found = needed === null ? null : fence.nodeOf(view.command[0] ?? "");
  if (needed === null || found === null || !isOlder(found.version, needed)) return view;
  return outdated(view, { needed, found: found.version, path: found.path });
};

/** What belongs to an agent besides its command, where that is the catalogue's. */
const partsOf = (
  view: AgentView,
  options: SurveyOptions,
): Pick<Program, "needs" | "path" | "folders"> => {
  const entry = entryOf(view);
  if (entry === null) return { needs: [], path: null, folders: [] };
  const found = installation(entry, options);
  const { distribution } = entry;
  return {
    needs: distribution.kind === "npm" ? distribution.needs.map(({ program }) => program) : [],
    path: found.kind === "installed" ? found.program : null,
    folders: found.kind === "installed" ? found.reads : [],
  };
};

const installation = (
  entry: CatalogEntry,
  { environment, node }: SurveyOptions,
): ReturnType<typeof findInstalled> =>
  findInstalled(entry, {
    searchPath: environment["PATH"] ?? "",
    home: environment["HOME"] ?? "/",
    node,
  });

const installedFact = (id: string, options: SurveyOptions): InstalledFact => {
  const entry = catalogEntry(id);
  if (entry === undefined) throw new Error(`${id} is not in the catalogue`);
  const found = installation(entry, options);
  const login = join(options.logins, id);
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
