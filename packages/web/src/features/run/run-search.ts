import { defaultStringifySearch } from "@tanstack/react-router";
import type { UsageGroup } from "@tutti/protocol";

/** What the address of a run's transcript holds: the session, and the position of the entry that is looked at. */
export type TranscriptSearch = { readonly session?: string; readonly entry?: number };

/** A position alone means nothing: sessions have their own. */
export const transcriptSearch = ({ session, entry }: Record<string, unknown>): TranscriptSearch => {
  if (typeof session !== "string" || session === "" || session.length > 300) return {};
  return isCount(entry) ? { session, entry } : { session };
};

export const entryLink = (run: string, session: string, entry: number): string =>
  `/runs/${run}/transcript${defaultStringifySearch({ session, entry })}`;

const isCount = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0;

/** What the address of a run's overview holds: how its steps are shown, and which of them is open. */
export type OverviewSearch = { readonly view?: "graph"; readonly step?: string };

export const overviewSearch = ({ view, step }: Record<string, unknown>): OverviewSearch => ({
  ...(view === "graph" ? { view } : {}),
  ...(typeof step === "string" && step !== "" && step.length <= 200 ? { step } : {}),
});

/** What the address of a list holds: the finding or the text that is looked at. */
export type PlaceSearch = { readonly at?: string };

export const placeSearch = ({ at }: Record<string, unknown>): PlaceSearch =>
  typeof at === "string" && at !== "" && at.length <= 200 ? { at } : {};

export const USAGE_GROUPS = ["step", "attempt", "agent", "family", "model", "provider"] as const;

/** What the address of a run's record holds: by what the use of models is told, and the event that is looked at. */
export type RecordSearch = { readonly by?: UsageGroup; readonly event?: number };

export const recordSearch = ({ by, event }: Record<string, unknown>): RecordSearch => {
  const group = USAGE_GROUPS.find((one) => one === by);
  return {
    ...(group === undefined || group === "step" ? {} : { by: group }),
    ...(isCount(event) && event > 0 ? { event } : {}),
  };
};
