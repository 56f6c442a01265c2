import { useQuery } from "@tanstack/react-query";
import type { RunView, Seen } from "@tutti/protocol";
import { useCallback, useEffect } from "react";
import { useStore } from "../../api/store.ts";
import { seenQuery } from "./queries.ts";
import type { Range } from "./ranges.ts";
import { learnSeen, reportSeen, sightStore } from "./report-seen.ts";
import { seenOf, sightOf } from "./seen.ts";
import type { Files } from "./use-files.ts";

/** Counts hunks that came to rest on screen, here or wherever else its reader had them. */
export function useSeen(
  { run, base, candidate, finishedAt }: RunView,
  range: Range,
  { rows, shown }: Files,
) {
  const isWhole = range.from === base.commit && range.to === candidate?.commit;
  const whole = isWhole && finishedAt === null ? candidate.commit : null;
  const sight = useStore(sightStore(run, range.to));
  const { data: known } = useQuery({ ...seenQuery(run, range.to), enabled: whole !== null });
  useEffect(() => {
    if (whole !== null && known?.candidate === whole) learnSeen(run, whole, sightOf(known.files));
  }, [run, whole, known]);
  const onSee = useCallback(
    (first: number, last: number) => {
      if (whole === null) return;
      const found = new Map<string, Set<string>>();
      for (let index = first; index <= Math.min(last, rows.count - 1); index += 1) {
        const { file, row } = rows.at(index);
        const it = shown[file];
        if (it === undefined || it.loaded.kind !== "read" || it.isFolded) continue;
        const names = found.get(it.file.path) ?? new Set<string>();
        if (row.kind === "hunk") names.add(row.hunk.name);
        found.set(it.file.path, names);
      }
      reportSeen(run, whole, found);
    },
    [run, rows, shown, whole],
  );
  const seen: Seen = seenOf(sight, shown);
  return { seen, onSee };
}
