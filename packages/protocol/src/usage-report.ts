/** `GET /usage`: what models took, metered and reported apart. */
import { z } from "zod";
import { Usage } from "./effect.ts";
import { Instant, RunId, StepKey } from "./ids.ts";
import { UsageTotals } from "./usage.ts";

/** What is grouped by; `attempt` has keys such as `build.2`. */
export const UsageGroup = z.enum(["step", "attempt", "agent", "family", "model", "provider"]);
export type UsageGroup = z.infer<typeof UsageGroup>;

/** What an agent said about turns of which nothing was metered. */
export const ReportedUsage = Usage.extend({ step: StepKey, agent: z.string() });
export type ReportedUsage = z.infer<typeof ReportedUsage>;

export const UsageReport = z.object({
  run: RunId.nullable(),
  since: Instant.nullable(),
  by: UsageGroup.nullable(),
  /** As metered by the gateway. What is not known has the key "". */
  rows: z.array(z.object({ key: z.string(), totals: UsageTotals })),
  total: UsageTotals,
  /** Of the one run that was asked for; empty without one. */
  reported: z.array(ReportedUsage),
});
export type UsageReport = z.infer<typeof UsageReport>;
