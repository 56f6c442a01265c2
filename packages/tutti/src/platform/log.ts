import { closeSync, openSync, writeSync } from "node:fs";

const LEVELS = { debug: 10, info: 20, warn: 30, error: 40 } as const;
type LogLevel = keyof typeof LEVELS;
type LogFacts = Readonly<Record<string, string | number | boolean | null>>;

/** One JSON object a line: `{"at", "level", "event", …facts}`. Control characters are escaped by JSON. */
export type Log = {
  readonly debug: (event: string, facts?: LogFacts) => void;
  readonly info: (event: string, facts?: LogFacts) => void;
  readonly warn: (event: string, facts?: LogFacts) => void;
  readonly error: (event: string, facts?: LogFacts) => void;
};

/** A fact longer than this is cut. In characters. */
const FACT_MAX_CHARACTERS = 4000;

export type LogOptions = {
  readonly level?: LogLevel;
  readonly now?: () => number;
  /** Takes out of a line what must not be kept. */
  readonly redact?: (line: string) => string;
  /** Receives a whole line with its line feed. */
  readonly write: (line: string) => void;
};

export function createLog({
  level = "info",
  now = Date.now,
  redact = (line) => line,
  write,
}: LogOptions): Log {
  const put =
    (at: LogLevel) =>
    (event: string, facts: LogFacts = {}) => {
      if (LEVELS[at] < LEVELS[level]) return;
      const short = Object.entries(facts).map(([key, value]) => [key, shorten(value)]);
      const line = { at: new Date(now()).toISOString(), level: at, event };
      write(`${redact(JSON.stringify({ ...Object.fromEntries(short), ...line }))}\n`);
    };
  return { debug: put("debug"), info: put("info"), warn: put("warn"), error: put("error") };
}

function shorten(value: LogFacts[string]): LogFacts[string] {
  if (typeof value !== "string" || value.length <= FACT_MAX_CHARACTERS) return value;
  return `${value.slice(0, FACT_MAX_CHARACTERS)}…`;
}

/** A log nobody reads. */
export const silentLog: Log = createLog({ write: () => undefined });

/** Appends to a file (0600). Lines are written at once, so that the last words of a crash are there. */
export function openFileLog(
  path: string,
  options: Omit<LogOptions, "write"> = {},
): Log & Disposable {
  const descriptor = openSync(path, "a", 0o600);
  const log = createLog({ ...options, write: (line) => writeSync(descriptor, line) });
  return { ...log, [Symbol.dispose]: () => closeSync(descriptor) };
}
