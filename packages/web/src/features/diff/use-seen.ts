import type { RunView, Seen } from "@tutti/protocol";
import { useCallback } from "react";
import { useStore } from "../../api/store.ts";
import { change, keptOf } from "./kept.ts";
import type { Range } from "./ranges.ts";
import { reportSeen } from "./report-seen.ts";
import { rangeKey, seenOf, withSeen } from "./seen.ts";
import type { Files } from "./use-files.ts";

/** Counts hunks that came to rest on screen. */
export function useSeen(
  { run, base, candidate, finishedAt }: RunView,
  range: Range,
  { rows, shown }: Files,
) {
  const kept = useStore(keptOf(run));
  const key = rangeKey(range);
  const isWhole = range.from === base.commit && range.to === candidate?.commit;
  const whole = isWhole && finishedAt === null ? candidate.commit : null;
  const onSee = useCallback(
    (first: number, last: number) => {
      const found = new Map<string, Set<number>>();
      const names = new Map<string, Set<string>>();
      for (let index = first; index <= Math.min(last, rows.count - 1); index += 1) {
        const { file, row } = rows.at(index);
        const it = shown[file];
        if (it === undefined || it.loaded.kind !== "read" || it.isFolded) continue;
        const hunks = found.get(it.file.path) ?? new Set<number>();
        const heads = names.get(it.file.path) ?? new Set<string>();
        if (row.kind === "hunk") {
          hunks.add(row.number);
          heads.add(row.hunk.name);
        }
        found.set(it.file.path, hunks);
        names.set(it.file.path, heads);
      }
      const next = withSeen(keptOf(run).get().seen, key, found);
      if (next !== null) change(run, () => ({ seen: next }));
      if (whole !== null) reportSeen(run, whole, names);
    },
    [run, key, rows, shown, whole],
  );
  const seen: Seen = seenOf(kept.seen, key, shown);
  return { seen, onSee };
}
