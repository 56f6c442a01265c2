/**
 * How much each session has written lately, by the daemon's own times: the window ends with the
 * newest thing that any agent did, so that nothing moves while nothing happens.
 */
export const WINDOW_SECONDS = 60;
const SECOND_MS = 1000;

/** The number of a transcript's entries at a time of the daemon. */
export type Sample = { readonly at: number; readonly total: number };
export type History = ReadonlyMap<string, readonly Sample[]>;

export type Heard = {
  readonly session: string;
  readonly total: number;
  readonly lastAt: number | null;
};

/** The same object where nothing was written. */
export function heard(history: History, rows: readonly Heard[]): History {
  const isNews = rows.some(({ session, total }) => history.get(session)?.at(-1)?.total !== total);
  if (!isNews && rows.length === history.size) return history;
  const end = endOf(rows);
  return new Map(
    rows.map(({ session, total, lastAt }) => {
      const before = history.get(session) ?? [];
      const isSame = before.at(-1)?.total === total;
      const samples = isSame ? before : [...before, { at: lastAt ?? end, total }];
      return [session, withinWindow(samples, end)];
    }),
  );
}

/** The newest time of all rows. */
export const endOf = (rows: readonly Heard[]): number =>
  rows.reduce((latest, { lastAt }) => Math.max(latest, lastAt ?? 0), 0);

/** Keeps one sample from before the window: what the first one in it is counted from. */
function withinWindow(samples: readonly Sample[], end: number): readonly Sample[] {
  const start = end - WINDOW_SECONDS * SECOND_MS;
  const first = samples.findIndex(({ at }) => at > start);
  return first <= 1 ? samples : samples.slice(first - 1);
}

/** Entries in each second of the window, oldest first. */
export function bars(samples: readonly Sample[], end: number): readonly number[] {
  const counts = Array.from({ length: WINDOW_SECONDS }, () => 0);
  for (const [index, { at, total }] of samples.entries()) {
    const before = samples[index - 1];
    const place = WINDOW_SECONDS - 1 - Math.floor((end - at) / SECOND_MS);
    if (before !== undefined && place >= 0)
      counts[Math.min(place, WINDOW_SECONDS - 1)] =
        (counts[Math.min(place, WINDOW_SECONDS - 1)] ?? 0) + Math.max(0, total - before.total);
  }
  return counts;
}
