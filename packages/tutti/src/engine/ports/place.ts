/**
 * A place is where a process runs: a work tree with the mounts and environment that make it usable.
 * Workspaces make places; agents and verification run processes in them through the sandbox.
 */
export type Mount = {
  /** Host path. */
  readonly source: string;
  /** Path inside the fence. */
  readonly target: string;
  readonly access: "read-only" | "writable";
};

export type Place = {
  /** Work tree; the same path inside and outside. */
  readonly root: string;
  /** Everything shown inside besides the system, in mounting order (later ones lie over earlier ones). */
  readonly mounts: readonly Mount[];
  /** The whole environment inside; nothing of the daemon's is inherited. HOME, PATH, TMPDIR and XDG_* included. */
  readonly env: Readonly<Record<string, string>>;
  /** Host folder in which the process leaves artifacts; the same path inside. */
  readonly artifacts: string;
  /** Size at which the watchdog ends the process: root + home, in bytes. */
  readonly maxBytes: number;
  readonly tmpBytes: number;
  readonly isolation: "sandbox" | "none";
};

/** A throw-away place; disposing removes it. */
export type ThrowAway = {
  readonly place: Place;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};
