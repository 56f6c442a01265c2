/**
 * The desktop's keyring by way of libsecret's `secret-tool`. Values go through its standard input
 * and output, never through arguments, which every user of the machine can read.
 */
import { run, type RunResult } from "../platform/run-command.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** A keyring that is locked asks the person; an answer is waited for this long. */
const KEYRING_TIMEOUT_MS = 20_000;
/** Whether there is one at all is known sooner. */
const PROBE_TIMEOUT_MS = 3000;
const OUTPUT_MAX_BYTES = 1024 * 1024;
/** A keyring that was not there is looked for again after this. */
const ABSENT_MS = 60_000;

/** All that the program needs; keys of the environment are not handed to it. */
const PASSED_ON: readonly string[] = [
  "DBUS_SESSION_BUS_ADDRESS",
  "DISPLAY",
  "HOME",
  "LANG",
  "PATH",
  "WAYLAND_DISPLAY",
  "XAUTHORITY",
  "XDG_RUNTIME_DIR",
];

const SERVICE: readonly string[] = ["service", "tutti"];
const ofName = (name: string): readonly string[] => [...SERVICE, "name", name];

export type Keyring = {
  /** Null when it has none of this name, or there is no keyring. */
  readonly get: (name: string) => Promise<string | null>;
  /** False when there is no keyring, or it refuses. */
  readonly set: (name: string, value: string) => Promise<boolean>;
  readonly remove: (name: string) => Promise<boolean>;
  readonly names: () => Promise<readonly string[]>;
};

type Call = (
  args: readonly string[],
  options?: { readonly stdin?: string; readonly timeoutMs?: number },
) => Promise<RunResult>;

function caller(environment: Environment): { readonly call: Call; readonly mayCall: boolean } {
  const env = Object.fromEntries(
    PASSED_ON.flatMap((name) => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const call: Call = (args, options = {}) =>
    run("secret-tool", args, {
      cwd: "/",
      env,
      timeoutMs: KEYRING_TIMEOUT_MS,
      maxOutputBytes: OUTPUT_MAX_BYTES,
      ...options,
    });
  // Without a bus of the session, libsecret would try to start one.
  const mayCall = ["DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"].some((name) => name in env);
  return { call, mayCall };
}

/** Once it has answered it is there; one that was not is looked for again later. */
function presence(call: Call): () => Promise<boolean> {
  let absentUntil = 0;
  let known: Promise<boolean> | null = null;
  const probe = async (): Promise<boolean> =>
    hasAnswered(await call(["lookup", ...ofName("tutti-probe")], { timeoutMs: PROBE_TIMEOUT_MS }));
  return async () => {
    if (known === null && Date.now() < absentUntil) return false;
    known ??= probe();
    if (await known) return true;
    known = null;
    absentUntil = Date.now() + ABSENT_MS;
    return false;
  };
}

export function openKeyring(environment: Environment): Keyring {
  const { call, mayCall } = caller(environment);
  const isThere = mayCall ? presence(call) : async () => false;
  return {
    get: async (name) => {
      if (!(await isThere())) return null;
      const { code, stdout } = await call(["lookup", ...ofName(name)]);
      return code === 0 && stdout !== "" ? stdout.replace(/\n$/u, "") : null;
    },
    set: async (name, value) => {
      if (!(await isThere())) return false;
      const args = ["store", `--label=Tutti: ${name}`, ...ofName(name)];
      const { code } = await call(args, { stdin: value });
      return code === 0;
    },
    remove: async (name) => {
      if (!(await isThere())) return false;
      const before = await call(["lookup", ...ofName(name)]);
      if (before.code !== 0) return false;
      return (await call(["clear", ...ofName(name)])).code === 0;
    },
    names: async () => {
      if (!(await isThere())) return [];
      const { stdout, stderr } = await call(["search", "--all", "--unlock", ...SERVICE]);
      const lines = `${stdout}\n${stderr}`.matchAll(
        /^attribute\.name = (?<name>[A-Z][A-Z0-9_]*)$/gmu,
      );
      return [...lines].flatMap(({ groups }) => groups?.["name"] ?? []);
    },
  };
}

/** Nothing found is an answer; a missing program, bus or service is none. */
const hasAnswered = ({ code, stderr }: RunResult): boolean =>
  code === 0 || (code === 1 && stderr.trim() === "");
