/**
 * Mode, model and effort of a session, set right after it is there. Agents offer them in two forms:
 * the older one has a method for each, the newer one is a list of config options by id and category.
 * What is only wished for and not offered becomes a note; a mode that an agent needs to work inside
 * the fence at all (a quirk of the catalogue) is a failure when it is not in effect.
 */
import type { SessionSpec } from "../../engine/ports/agents.ts";
import type { CatalogEntry } from "../catalog/entry.ts";
import { type Call, call } from "./call.ts";
import { HarnessError } from "./failures.ts";
import { OFFERED_NAMED_MAX } from "./limits.ts";
import { type ConfigOption, SessionOffers } from "./messages.ts";
import { cut } from "./transcript.ts";

export type Fresh = { readonly id: string; readonly offers: SessionOffers };

type Setting = {
  readonly what: string;
  readonly value: string;
  /** The older form: its method, the name of its parameter, and the values that it takes. */
  readonly older: {
    readonly method: string;
    readonly parameter: string;
    readonly values: readonly string[];
  } | null;
  readonly option: ConfigOption | undefined;
};

const named = (values: readonly string[]): string => {
  if (values.length === 0) return "none";
  const more = values.length - OFFERED_NAMED_MAX;
  const shown = values.slice(0, OFFERED_NAMED_MAX).map((value) => cut(value, 100));
  return `${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
};

const offered = ({ older, option }: Setting): readonly string[] => [
  ...new Set([...(older?.values ?? []), ...(option?.options.map(({ value }) => value) ?? [])]),
];

/** Null when it was set; else why not. */
const set = async (to: Call, { id }: Fresh, setting: Setting): Promise<string | null> => {
  const { older, option, value, what } = setting;
  if (older?.values.includes(value) === true) {
    await call(to, older.method, { sessionId: id, [older.parameter]: value });
    return null;
  }
  if (option?.options.some((choice) => choice.value === value) !== true)
    return `The agent does not offer the ${what} "${value}"; it offers ${named(offered(setting))}.`;
  const params = { sessionId: id, configId: option.id, value };
  const { data } = SessionOffers.safeParse(await call(to, "session/set_config_option", params));
  const now = data?.configOptions?.find((one) => one.id === option.id)?.currentValue;
  return now === undefined || now === value
    ? null
    : `The agent was asked for the ${what} "${value}" and stays with ${cut(JSON.stringify(now), 100)}.`;
};

const optionOf = (
  { configOptions }: SessionOffers,
  { id, category }: { readonly id: string | null; readonly category: string },
): ConfigOption | undefined =>
  configOptions?.find((one) => one.id === id) ??
  configOptions?.find((one) => one.category === category || one.id === category);

const modeSetting = ({ offers }: Fresh, value: string): Setting => ({
  what: "mode",
  value,
  older: {
    method: "session/set_mode",
    parameter: "modeId",
    values: offers.modes?.availableModes.map(({ id }) => id) ?? [],
  },
  option: optionOf(offers, { id: null, category: "mode" }),
});

const modelSetting = ({ offers }: Fresh, value: string, id: string | null): Setting => ({
  what: "model",
  value,
  older: {
    method: "session/set_model",
    parameter: "modelId",
    values: offers.models?.availableModels.map(({ modelId }) => modelId) ?? [],
  },
  option: optionOf(offers, { id, category: "model" }),
});

const effortSetting = ({ offers }: Fresh, value: string, id: string | null): Setting => ({
  what: "effort",
  value,
  older: null,
  option: optionOf(offers, { id, category: "thought_level" }),
});

/** What the session sets: for an agent of the catalogue, only what its launch does not. */
const wishes = (spec: SessionSpec, entry: CatalogEntry | null, session: Fresh): Setting[] => {
  const { model, effort } = spec.agent;
  const all: Setting[] = [];
  if (model !== undefined)
    all.push(modelSetting(session, model, entry?.quirks.modelOption ?? null));
  if (effort !== undefined)
    all.push(effortSetting(session, effort, entry?.quirks.effortOption ?? null));
  // The model of an agent that is only a command is a name for people, unless the agent knows it.
  if (entry === null)
    return all.filter((one) => one.what === "effort" || offered(one).includes(one.value));
  const { modelOption, effortOption } = entry.quirks;
  return all.filter((one) => (one.what === "effort" ? effortOption : modelOption) !== null);
};

type About = {
  readonly spec: SessionSpec;
  readonly entry: CatalogEntry | null;
  /** The mode that the agent reported last, null while it reported none. */
  readonly modeNow: () => string | null;
};

/** Null when the mode is in effect, as far as the agent tells. */
const setMode = async (
  to: Call,
  session: Fresh,
  { mode, modeNow }: { readonly mode: string; readonly modeNow: About["modeNow"] },
): Promise<string | null> => {
  const note = await set(to, session, modeSetting(session, mode));
  const reported = modeNow();
  if (note !== null || reported === null || reported === mode) return note;
  return `The agent was asked for the mode "${mode}" and reports "${cut(reported, 100)}".`;
};

/** @throws HarnessError `agent.mode` when a mode that the agent cannot do without is not in effect. */
export const applySettings = async (
  to: Call,
  session: Fresh,
  { spec, entry, modeNow }: About,
): Promise<readonly string[]> => {
  const notes: string[] = [];
  for (const wish of wishes(spec, entry, session)) {
    const note = await set(to, session, wish);
    if (note !== null) notes.push(note);
  }
  const needed = entry?.quirks.mode ?? null;
  const mode = spec.agent.mode ?? needed;
  const wrong = mode === null ? null : await setMode(to, session, { mode, modeNow });
  if (wrong === null) return notes;
  if (mode === needed) throw new HarnessError("agent.mode", wrong);
  return [...notes, wrong];
};
