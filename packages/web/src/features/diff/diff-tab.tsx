/** Diff review: what a run changed, riskiest first, with who wrote it and what a person has to say to it. */
import { useQuery } from "@tanstack/react-query";
import type { CheckpointView, RunView } from "@tutti/protocol";
import { useEffect, useMemo, useState } from "react";
import { useStore } from "../../api/store.ts";
import { Empty } from "../../ui/notice.tsx";
import { Queried } from "../../ui/queried.tsx";
import { useConflicts } from "./conflicts.tsx";
import { useDiffAddress } from "./use-address.ts";
import { change, keptOf } from "./kept.ts";
import { changedFilesQuery, checkpointsQuery } from "./queries.ts";
import { choiceOf, type Range, rangesOf } from "./ranges.ts";
import { groupsOf } from "./risk.ts";
import { Review } from "./review.tsx";
import { workOf } from "./writers.ts";

type DiffTabProps = { readonly run: RunView };

const NO_CHECKPOINTS: readonly CheckpointView[] = [];

export function DiffTab({ run }: DiffTabProps) {
  if (run.candidate === null) {
    return (
      <Empty title="Nothing is changed yet.">
        The diff is here when an agent has written something.
      </Empty>
    );
  }
  return <Compared run={run} candidate={run.candidate.commit} />;
}

function Compared({ run, candidate }: DiffTabProps & { readonly candidate: string }) {
  const { address, set } = useDiffAddress();
  const range: Range = {
    from: address.from ?? run.base.commit,
    to: address.to ?? candidate,
  };
  const seen = useLastLook(run.run, candidate);
  const checkpoints = useQuery(checkpointsQuery(run.run, candidate)).data ?? NO_CHECKPOINTS;
  const conflicts = useConflicts(run);
  const choices = rangesOf({ base: run.base.commit, candidate, checkpoints, seen });
  const byCommit = useMemo(
    () => new Map(checkpoints.map((each) => [each.commit, workOf(each, run.plan)])),
    [checkpoints, run.plan],
  );
  const files = useQuery(changedFilesQuery(run.run, range));
  return (
    <Queried query={files} what="the change">
      {(list) => (
        <Review
          key={`${range.from} ${range.to}`}
          run={run}
          range={range}
          groups={groupsOf(list, run.guard)}
          checkpoints={byCommit}
          conflicts={conflicts}
          choices={choices}
          choice={choiceOf(choices, range)}
          onChoose={({ id, from, to }) =>
            set(id === "all" ? { from: undefined, to: undefined } : { from, to })
          }
        />
      )}
    </Queried>
  );
}

/** The candidate of the visit before, as this browser remembers it; this one is remembered for the next. */
function useLastLook(run: string, candidate: string): string | null {
  const store = keptOf(run);
  const [before] = useState(() => store.get().lastSeen);
  const { lastSeen } = useStore(store);
  useEffect(() => {
    if (lastSeen !== candidate) change(run, () => ({ lastSeen: candidate }));
  }, [run, candidate, lastSeen]);
  return before;
}
