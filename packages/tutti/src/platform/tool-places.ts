/**
 * What a repository may have shown inside the fence by its own word: where installers and version
 * managers put the tools of everybody. Folders of sources, caches of packages and a person's own
 * scripts are none of these, since what is in them may be private.
 */
import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { belowHome, isWithin, refuseReadPath, trimSlashes } from "./shown-path.ts";

const OF_HOME = [
  ".asdf/installs",
  ".bun/bin",
  ".bun/install/global",
  ".cargo/bin",
  ".claude/local",
  ".deno/bin",
  ".dotnet",
  ".fnm",
  ".ghcup",
  ".goenv/versions",
  ".jabba/jdk",
  ".jenv/versions",
  ".juliaup",
  ".linuxbrew",
  ".local/pipx/venvs",
  ".local/share/claude",
  ".local/share/fnm",
  ".local/share/mise/installs",
  ".local/share/pipx/venvs",
  ".local/share/pnpm",
  ".local/share/rtx/installs",
  ".local/share/uv/python",
  ".local/share/uv/tools",
  ".nodenv/versions",
  ".npm-global",
  ".nvm",
  ".opencode/bin",
  ".phpenv/versions",
  ".pyenv/versions",
  ".rbenv/versions",
  ".rustup",
  ".sdkman/candidates",
  ".volta",
  "go/bin",
  "go/pkg/mod/golang.org",
] as const;

const OF_MACHINE = ["/opt", "/usr", "/nix/store", "/gnu/store", "/snap"] as const;

/** Textual: what a link leads to is a path of its own. `home`: absolute, if known. */
export const isToolPlace = (path: string, home?: string): boolean => {
  if (refuseReadPath(path, home) !== null) return false;
  const plain = trimSlashes(path);
  const inHome = belowHome(plain, home);
  return inHome === null
    ? OF_MACHINE.some((place) => isWithin(plain, place))
    : OF_HOME.some((place) => isWithin(inHome, place));
};

/** How paths of a configuration are seen on this machine. */
export type ReadHost = {
  readonly home: string;
  /** Where a path really lies; null when it is not there. */
  readonly real: (path: string) => string | null;
};

export const readHost = (environment: Readonly<Record<string, string | undefined>>): ReadHost => ({
  home: environment["HOME"] ?? "/",
  real: (path) => (existsSync(path) ? realpathSync(path) : null),
});

/** `~/…` written out. */
export const expandHome = (path: string, home: string): string =>
  path === "~" || path.startsWith("~/") ? join(home, path.slice(1)) : path;
