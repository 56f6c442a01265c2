/** What merging would meet in the target branch as it is now: told before it happens. */
import type { RunView } from "@tutti/protocol";
import { useQuery } from "@tanstack/react-query";
import { withNamed } from "../../ui/hidden-characters.ts";
import { countText } from "../../ui/numbers.ts";
import { StateMark } from "../../ui/state-mark.tsx";
import { conflictsQuery } from "./queries.ts";

const NO_PATHS: readonly string[] = [];

/** Files that would conflict; none of a run that was merged or has ended. */
export function useConflicts({ run, candidate, merged, finishedAt }: RunView): readonly string[] {
  const { data } = useQuery({
    ...conflictsQuery(run, candidate?.commit ?? null),
    enabled: candidate !== null && merged === null && finishedAt === null,
  });
  return data?.paths ?? NO_PATHS;
}

type ConflictsProps = { readonly branch: string; readonly paths: readonly string[] };

export function Conflicts({ branch, paths }: ConflictsProps) {
  if (paths.length === 0) return null;
  return (
    <output className="flex flex-wrap gap-x-3 border-b border-line bg-waiting-bg px-3 py-1.5">
      <StateMark tone="warning" word="would conflict" />
      <span>
        Merged into {branch} as it is now, {countText(paths.length, "file")} would conflict:{" "}
        <span className="font-mono text-xs break-all">{paths.map(withNamed).join(", ")}</span>
      </span>
    </output>
  );
}
