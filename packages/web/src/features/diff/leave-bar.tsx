/** Leaving out what was marked, and taking back what was left out last. */
import type { RunView } from "@tutti/protocol";
import { toast } from "sonner";
import { useCommand } from "../../api/commands.ts";
import { useCommands } from "../../commands/commands.tsx";
import { Button } from "../../ui/button.tsx";
import { amountText, filesOf, type Marks } from "./leaving.ts";

type LeaveProps = {
  readonly run: RunView;
  readonly marks: Marks;
  readonly onDone: () => void;
};

const BAR = "flex flex-wrap items-center gap-3 border-t border-line bg-surface px-3 py-2";
const NEXT = "Checks and reviews run again, and what was approved is asked anew.";

export function LeaveBar({ run, marks, onDone }: LeaveProps) {
  if (marks.size > 0) return <Marked run={run} marks={marks} onDone={onDone} />;
  return run.leftOut.length > 0 ? <TakeBack run={run} /> : null;
}

function Marked({ run, marks, onDone }: LeaveProps) {
  const command = useCommand(run.run);
  const files = filesOf(marks);
  const leave = (): void => {
    if (run.candidate === null || command.isPending) return;
    const { commit: candidate } = run.candidate;
    command.mutate(
      { kind: "hunks.leave-out", candidate, files },
      {
        onSuccess: () => {
          toast.success("Left out. A new candidate is being made.");
          onDone();
        },
      },
    );
  };
  useCommands([
    {
      id: "diff.leave-out",
      title: "Leave out what is marked",
      group: "Diff",
      keys: "d",
      run: leave,
    },
  ]);
  return (
    <section aria-label="Leaving out" className={BAR}>
      <p className="min-w-0 flex-1">
        Leaving out {amountText(files)} makes a new candidate, written by you.{" "}
        <span className="text-muted">{NEXT} You can take it back.</span>
      </p>
      <span className="ml-auto flex gap-2">
        <Button onClick={onDone}>Keep all</Button>
        <Button emphasis="danger" shortcut="d" disabled={command.isPending} onClick={leave}>
          Leave them out
        </Button>
      </span>
    </section>
  );
}

function TakeBack({ run }: Pick<LeaveProps, "run">) {
  const command = useCommand(run.run);
  const last = run.leftOut.at(-1);
  const back = (): void => {
    if (run.candidate === null || command.isPending) return;
    command.mutate(
      { kind: "hunks.put-back", candidate: run.candidate.commit },
      { onSuccess: () => toast.success("Taken back in. The candidate before is checked again.") },
    );
  };
  useCommands([
    {
      id: "diff.put-back",
      title: "Take back what was left out",
      group: "Diff",
      keys: "z",
      run: back,
    },
  ]);
  if (last === undefined) return null;
  return (
    <section aria-label="Left out" className={BAR}>
      <p className="min-w-0 flex-1">
        {last.by} left out {amountText(last.files)}.{" "}
        <span className="text-muted">Taken back in, the candidate is the one before. {NEXT}</span>
      </p>
      <Button shortcut="z" className="ml-auto" disabled={command.isPending} onClick={back}>
        Take back in
      </Button>
    </section>
  );
}
