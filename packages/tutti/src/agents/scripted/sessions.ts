/** Sessions of the scripted agent; those that can be gone on with are kept in the agent's home. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Script } from "./script.ts";
import type { Stage } from "./stage.ts";

export type Session = {
  readonly id: string;
  readonly cwd: string;
  /** As the client names them. */
  readonly mcpServers: unknown;
  mode: string | null;
  /** Values of config options by id. */
  readonly settings: Record<string, string>;
  turn: AbortController | null;
  readonly usage: Stage["usage"];
};

const folder = (): string =>
  join(process.env["HOME"] ?? process.cwd(), ".scripted-agent", "sessions");
const fileOf = (id: string): string => join(folder(), `${id}.jsonl`);

const firstValues = ({ settings = {} }: Script): Record<string, string> =>
  Object.fromEntries(Object.entries(settings).map(([id, values]) => [id, values[0] ?? ""]));

type Place = Pick<Session, "id" | "cwd" | "mcpServers">;

export const makeSession = (script: Script, place: Place): Session => ({
  ...place,
  mode: script.modes?.[0] ?? null,
  settings: firstValues(script),
  turn: null,
  usage: { inputTokens: 0, outputTokens: 0, costUsd: 0 },
});

/** The first free id, so that a restarted agent does not give one twice. */
export const nextId = (script: Script, taken: ReadonlySet<string>): string => {
  const isKept = script.continues !== undefined;
  for (let number = 1; ; number += 1) {
    const id = `s-${number}`;
    if (taken.has(id) || (isKept && existsSync(fileOf(id)))) continue;
    if (isKept) {
      mkdirSync(folder(), { recursive: true });
      writeFileSync(fileOf(id), "");
    }
    return id;
  }
};

export const remember = (script: Script, id: string, update: unknown): void => {
  if (script.continues !== undefined) appendFileSync(fileOf(id), `${JSON.stringify(update)}\n`);
};

/** What the session sent before, oldest first; null when it is not known. */
export const recall = (id: string): readonly unknown[] | null => {
  if (!/^s-\d+$/u.test(id) || !existsSync(fileOf(id))) return null;
  const lines = readFileSync(fileOf(id), "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line): unknown => JSON.parse(line));
};

/** The category under which clients look for an option. */
const CATEGORIES: Readonly<Record<string, string>> = { effort: "thought_level" };

const configOptions = ({ settings = {} }: Script, session: Session) =>
  Object.entries(settings).map(([id, values]) => ({
    id,
    name: id,
    category: CATEGORIES[id] ?? id,
    type: "select",
    currentValue: session.settings[id],
    options: values.map((value) => ({ value, name: value })),
  }));

/** What a session offers, as answers of `session/new`, `session/load` and `session/resume` say it. */
export const offersOf = (script: Script, session: Session) => {
  const availableModes = (script.modes ?? []).map((id) => ({ id, name: id }));
  return {
    ...(session.mode === null ? {} : { modes: { currentModeId: session.mode, availableModes } }),
    ...(script.settings === undefined ? {} : { configOptions: configOptions(script, session) }),
  };
};

/** Null when there is no such option or value. */
export const setOption = (
  script: Script,
  session: Session,
  { id, value }: { readonly id: string; readonly value: string },
) => {
  if (script.settings?.[id]?.includes(value) !== true) return null;
  session.settings[id] = value;
  return { configOptions: configOptions(script, session) };
};

/** For the commands of a turn. */
export const sessionVariables = (session: Session): Record<string, string> => ({
  SCRIPTED_MODE: session.mode ?? "",
  SCRIPTED_MCP: JSON.stringify(session.mcpServers ?? []),
  ...Object.fromEntries(
    Object.entries(session.settings).map(([id, value]) => [`SCRIPTED_${id.toUpperCase()}`, value]),
  ),
});
