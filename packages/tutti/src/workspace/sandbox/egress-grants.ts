/** The EgressGrants port: one small file of the data folder, written as a whole. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { TuttiError } from "@tutti/protocol";
import { z } from "zod";
import type { EgressGrants } from "../../engine/ports/egress-grants.ts";
import { writeFileAtomic } from "../../platform/atomic-file.ts";

const FILE = "egress-grants.json";
/** A person allows a few; a file with more was not written by answers. */
const TARGETS_MAX = 500;

/** Path of a project → hosts with ports. */
const Grants = z.object({
  version: z.literal(1),
  projects: z.record(z.string(), z.array(z.string()).max(TARGETS_MAX)),
});

/** TuttiError `store.corrupt` when the file is not what was written: nothing is allowed by a guess. */
export function openEgressGrants(dataFolder: string): EgressGrants {
  const path = join(dataFolder, FILE);
  let projects = existsSync(path) ? read(path) : {};
  return {
    allows: (project, target) => projects[project]?.includes(target) === true,
    allow: (project, target) => {
      const before = projects[project] ?? [];
      if (before.includes(target)) return;
      const next = { ...projects, [project]: [...before, target].slice(-TARGETS_MAX) };
      writeFileAtomic(path, `${JSON.stringify({ version: 1, projects: next }, null, 2)}\n`);
      projects = next;
    },
  };
}

function read(path: string): Record<string, string[]> {
  try {
    return Grants.parse(JSON.parse(readFileSync(path, "utf8"))).projects;
  } catch (error) {
    throw new TuttiError("store.corrupt", `${path} cannot be read.`, { cause: error });
  }
}
