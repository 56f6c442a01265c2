import type { UsageGroup } from "@tutti/protocol";

/** What the address of a run's transcript holds beside the run. */
export type TranscriptSearch = { readonly session?: string };

export const transcriptSearch = ({ session }: Record<string, unknown>): TranscriptSearch =>
  typeof session === "string" && session.length <= 300 ? { session } : {};

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

/** What the address of a run's record holds: by what the use of models is told. */
export type RecordSearch = { readonly by?: UsageGroup };

export const recordSearch = ({ by }: Record<string, unknown>): RecordSearch => {
  const group = USAGE_GROUPS.find((one) => one === by);
  return group === undefined || group === "step" ? {} : { by: group };
};
