/**
 * Tells the daemon which hunks came to rest on screen, so that an approval given elsewhere, in another
 * browser or by command, says it too. A few at a time; what cannot be told is counted here alone.
 */
import type { CommitId } from "@tutti/protocol";
import { sendCommand } from "../../api/commands.ts";

/** Eyes rest longer than a request takes. */
const TELL_AFTER_MS = 1500;

type Report = {
  /** Path → names of hunks. */
  readonly told: Map<string, Set<string>>;
  readonly waiting: Map<string, Set<string>>;
  isDue: boolean;
};

const reports = new Map<string, Report>();

type Sight = ReadonlyMap<string, ReadonlySet<string>>;

export function reportSeen(run: string, candidate: CommitId, sight: Sight): void {
  const key = `${run} ${candidate}`;
  const report = reports.get(key) ?? { told: new Map(), waiting: new Map(), isDue: false };
  reports.set(key, report);
  for (const [path, hunks] of sight) {
    const told = report.told.get(path);
    const more = [...hunks].filter((hunk) => told?.has(hunk) !== true);
    if (told !== undefined && more.length === 0) continue;
    report.told.set(path, new Set([...(told ?? []), ...more]));
    report.waiting.set(path, new Set([...(report.waiting.get(path) ?? []), ...more]));
  }
  if (report.waiting.size === 0 || report.isDue) return;
  report.isDue = true;
  setTimeout(() => tell(run, candidate, report), TELL_AFTER_MS);
}

function tell(run: string, candidate: CommitId, report: Report): void {
  const files = [...report.waiting].map(([path, hunks]) => ({ path, hunks: [...hunks] }));
  report.waiting.clear();
  report.isDue = false;
  // The run may have ended or moved on: then it is of no use any more.
  sendCommand(run, { kind: "change.see", candidate, files }).catch(() => undefined);
}
