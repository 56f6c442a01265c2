/**
 * What a person has seen of a candidate. The daemon keeps it, so that it is known in any browser and at the
 * command line, and an approval given anywhere says it. It is told a few hunks at a time; what cannot be
 * told is counted in this page alone.
 */
import type { CommitId } from "@tutti/protocol";
import { sendCommand } from "../../api/commands.ts";
import { createStore, type Store } from "../../api/store.ts";
import { seenFiles, newIn, NO_SIGHT, type Sight, together } from "./seen.ts";

/** Eyes rest longer than a request takes. */
const TELL_AFTER_MS = 1500;

type Report = {
  /** All that is known here: seen in this page, or told by the daemon. */
  readonly sight: Store<Sight>;
  waiting: Sight;
};

const reports = new Map<string, Report>();

const keyOf = (run: string, candidate: string): string => `${run} ${candidate}`;

function reportOf(run: string, candidate: string): Report {
  const key = keyOf(run, candidate);
  const report = reports.get(key) ?? { sight: createStore(NO_SIGHT), waiting: NO_SIGHT };
  reports.set(key, report);
  return report;
}

export const sightStore = (run: string, candidate: string): Store<Sight> =>
  reportOf(run, candidate).sight;

/** What the daemon knows; it need not be told. */
export function learnSeen(run: string, candidate: string, sight: Sight): void {
  const { sight: store } = reportOf(run, candidate);
  const more = newIn(store.get(), sight);
  if (more !== null) store.set(together(store.get(), more));
}

export function reportSeen(run: string, candidate: CommitId, sight: Sight): void {
  const report = reportOf(run, candidate);
  const more = newIn(report.sight.get(), sight);
  if (more === null) return;
  report.sight.set(together(report.sight.get(), more));
  const isDue = report.waiting.size > 0;
  report.waiting = together(report.waiting, more);
  if (!isDue) setTimeout(() => tell(run, candidate, report), TELL_AFTER_MS);
}

function tell(run: string, candidate: CommitId, report: Report): void {
  const files = seenFiles(report.waiting);
  report.waiting = NO_SIGHT;
  // The run may have ended or moved on: then it is of no use any more.
  sendCommand(run, { kind: "change.see", candidate, files }).catch(() => undefined);
}
