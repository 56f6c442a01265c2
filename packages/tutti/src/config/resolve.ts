/** The agents and roles of a run from both files, the catalogue and the providers. */
import { BUILT_IN_PROVIDERS } from "@tutti/protocol";
import type { ProviderConfig } from "@tutti/protocol";
import type { CatalogAgent } from "./catalog.ts";
import type { Serving } from "../domain/model-family.ts";
import { isRoleShared } from "./merge.ts";
import type { Sides } from "./merge.ts";
import { resolveAgents } from "./resolve-agent.ts";
import type { Sources } from "./resolve-agent.ts";
import { resolveRoles } from "./resolve-roles.ts";
import type { Resolved } from "./resolve-roles.ts";
import type { Complain } from "./rules.ts";
import type { RolesFile } from "./agent-file.ts";

/** Whose models the built-in providers serve. */
const FAMILIES: Readonly<Record<string, string>> = {
  anthropic: "anthropic",
  openai: "openai",
  google: "google",
};

export const sourcesOf = (
  catalog: readonly CatalogAgent[],
  own: Readonly<Record<string, ProviderConfig>>,
): Sources => {
  const builtIn = Object.entries(BUILT_IN_PROVIDERS).map(([name, provider]): [string, Serving] => [
    name,
    { ...provider, family: FAMILIES[name] },
  ]);
  return { catalog, providers: { ...Object.fromEntries(builtIn), ...own } };
};

/** Agents of both files and of the roles; of one name the user's is used. */
export const resolveBoth = (
  sides: Sides,
  roles: RolesFile,
  scene: { readonly sources: Sources; readonly complain: Complain },
): Resolved => {
  const { user, project } = sides;
  const own = resolveAgents(project.agents, { ...scene, isShared: true });
  // What is wrong with the user's agents was said where their file was read.
  const silent = { ...scene, complain: () => undefined };
  const theirs = resolveAgents(user.agents, { ...silent, isShared: false });
  return resolveRoles(roles, {
    ...scene,
    agents: { ...own, ...theirs },
    known: [...new Set([...Object.keys(project.agents), ...Object.keys(user.agents)])],
    isShared: (role) => isRoleShared(sides, role),
  });
};
