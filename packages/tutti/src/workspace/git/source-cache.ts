/** Facts of the user's repositories, asked again only when a file they come from has changed. */
import { statSync } from "node:fs";
import { join } from "node:path";
import type { Git } from "./git.ts";
import { openSource, type Source } from "./source.ts";

/** Projects that are remembered. */
const SOURCES_MAX = 64;

export type SourceCache = (path: string) => Promise<Source>;

/** `environment`: the user's, for where their own configuration lies. */
export function createSourceCache(
  git: Git,
  environment: Readonly<Record<string, string | undefined>>,
): SourceCache {
  const known = new Map<string, { readonly source: Source; readonly signature: string }>();
  const home = environment["HOME"] ?? "/";
  const own = [
    "/etc/gitconfig",
    join(home, ".gitconfig"),
    join(environment["XDG_CONFIG_HOME"] ?? join(home, ".config"), "git/config"),
  ];
  const signatureOf = (source: Source): string => [...own, ...filesOf(source)].map(mark).join("\n");
  return async (path) => {
    const found = known.get(path);
    if (found !== undefined && found.signature === signatureOf(found.source)) return found.source;
    const source = await openSource(git, path);
    known.delete(path);
    known.set(path, { source, signature: signatureOf(source) });
    const [oldest] = known.keys();
    if (known.size > SOURCES_MAX && oldest !== undefined) known.delete(oldest);
    return source;
  };
}

function filesOf({ root, gitDir, commonDir, objects }: Source): string[] {
  return [
    root,
    join(root, ".git"),
    join(gitDir, "config.worktree"),
    join(commonDir, "config"),
    join(commonDir, "shallow"),
    ...objects.map((store) => join(store, "info/alternates")),
  ];
}

/** Differs when the file is another one or was written. */
function mark(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  if (stat === undefined) return "-";
  return stat.isDirectory()
    ? `${stat.dev} ${stat.ino}`
    : `${stat.dev} ${stat.ino} ${stat.mtimeNs} ${stat.size}`;
}
