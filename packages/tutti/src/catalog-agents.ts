/** The catalogue of agents as the configuration and the command line read it. */
import { catalog } from "./agents/catalog/catalog.ts";
import { installCommand } from "./agents/catalog/installed.ts";
import type { CatalogAgent } from "./config/catalog.ts";

export const catalogAgents = (): readonly CatalogAgent[] =>
  catalog.map((entry) => ({
    id: entry.id,
    title: entry.title,
    family: entry.family,
    provider: entry.provider,
    command: [entry.distribution.program, ...entry.distribution.args],
    install: installCommand(entry),
    model: entry.model,
    mode: entry.quirks.mode,
    signIn: entry.signIn,
    ...(entry.printToken === undefined ? {} : { printToken: entry.printToken }),
  }));
