/** Turns a work tree with its folders into a place: mounts and environment. */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Policy } from "@tutti/protocol";
import type { Mount, Place } from "../engine/ports/place.ts";
import { aliasMounts } from "./recipe/dependencies.ts";
import { linkMounts } from "./recipe/files.ts";
import { protectGitFolder, protectNames, writePlaceholders } from "./sandbox/protected-names.ts";
import { toolchainOf, type Host } from "./toolchain.ts";

/** HOME inside the fence. */
const HOME = "/home/agent";
const BYTES_PER_MIB = 1 << 20;

export type PlaceRequest = {
  readonly tree: string;
  readonly home: string;
  readonly artifacts: string;
  readonly policy: Policy;
  /** The user's work tree, where linked files lie. */
  readonly project: string;
  /** Object stores that the tree borrows from. */
  readonly objects: readonly string[];
  /** Tree of the preparation the dependency folders were copied from. */
  readonly prepared: string | null;
  readonly host: Host;
  readonly placeholders: string;
  /** Of the tree; by default writable. */
  readonly access?: Mount["access"];
};

export async function placeOf(request: PlaceRequest): Promise<Place> {
  const { tree, home, artifacts, policy, host } = request;
  const { sandbox, recipe } = policy.config;
  const toolchain = toolchainOf(sandbox.read, host);
  const isFenced = policy.isolation === "sandbox";
  for (const folder of [home, artifacts]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  writePlaceholders(request.placeholders);
  return {
    root: tree,
    mounts: await mountsOf(request, toolchain.mounts),
    env: {
      ...environment(isFenced ? HOME : home, toolchain.searchPath),
      TUTTI_ARTIFACTS: artifacts,
      ...recipe.env,
    },
    artifacts,
    maxBytes: sandbox.workspaceMiB * BYTES_PER_MIB,
    tmpBytes: sandbox.tmpMiB * BYTES_PER_MIB,
    isolation: policy.isolation,
  };
}

async function mountsOf(request: PlaceRequest, shown: readonly Mount[]): Promise<Mount[]> {
  const { tree, home, artifacts, project, policy, objects, prepared } = request;
  const { recipe } = policy.config;
  const links = linkMounts(project, tree, recipe);
  const dependencies = prepared === null ? [] : await aliasMounts(prepared, tree, recipe);
  return [
    { source: home, target: HOME, access: "writable" },
    ...objects.map((store) => same(store, "read-only")),
    ...shown,
    ...treeMounts(request, [...links, ...dependencies]),
    same(artifacts, "writable"),
  ];
}

/** A tree that nobody writes needs no protection, and no mount point can be made in it. */
function treeMounts(
  { tree, placeholders, access = "writable" }: PlaceRequest,
  inside: readonly Mount[],
): readonly Mount[] {
  if (access === "read-only")
    return [same(tree, access), ...inside.filter(({ target }) => existsSync(target))];
  return [
    same(tree, access),
    ...inside,
    ...protectGitFolder(tree),
    ...protectNames(tree, placeholders).mounts,
  ];
}

const same = (path: string, access: Mount["access"]): Mount => ({
  source: path,
  target: path,
  access,
});

function environment(home: string, searchPath: string): Record<string, string> {
  return {
    PATH: searchPath,
    HOME: home,
    USER: "agent",
    LOGNAME: "agent",
    SHELL: "/bin/sh",
    LANG: "C.UTF-8",
    TERM: "dumb",
    TMPDIR: "/tmp",
    XDG_CONFIG_HOME: join(home, ".config"),
    XDG_DATA_HOME: join(home, ".local/share"),
    XDG_STATE_HOME: join(home, ".local/state"),
    XDG_CACHE_HOME: join(home, ".cache"),
  };
}

/** The three folders of a place below one folder of its own. */
export const placeFolders = (folder: string) => ({
  tree: join(folder, "tree"),
  home: join(folder, "home"),
  artifacts: join(folder, "artifacts"),
});
