/** Proceeding with the change from where it was read; the record keeps how much of it that was. */
import type { RunView, Seen } from "@tutti/protocol";
import { useCommand } from "../../api/commands.ts";
import { useCommands } from "../../commands/commands.tsx";
import { Button } from "../../ui/button.tsx";
import { countText } from "../../ui/numbers.ts";
import { waitingApproval } from "./change-request.ts";

type ApproveProps = {
  readonly run: RunView;
  readonly seen: Seen;
  /** Comments are waiting to be sent: they are what a person has to say. */
  readonly isDraft: boolean;
};

export function ApproveBar({ run, seen, isDraft }: ApproveProps) {
  const item = waitingApproval(run);
  if (item === null) return <LastApproval run={run} />;
  return isDraft ? null : <Approve run={run} item={item} seen={seen} />;
}

type Item = NonNullable<ReturnType<typeof waitingApproval>>;

function Approve({
  run,
  item,
  seen,
}: Pick<ApproveProps, "run" | "seen"> & { readonly item: Item }) {
  const command = useCommand(run.run);
  const { step, subject } = item;
  const approve = (): void => {
    if (step === null || subject === null || command.isPending) return;
    command.mutate({ kind: "approval.give", step, subject, seen });
  };
  useCommands([
    { id: "diff.approve", title: "Approve the change", group: "Diff", keys: "p", run: approve },
  ]);
  return (
    <section
      aria-label="Approval"
      className="flex flex-wrap items-center gap-3 border-t border-line bg-surface px-3 py-2"
    >
      <p>
        {item.asks}.{" "}
        <span className="text-muted">You have seen {seenText(seen)}; the record keeps it.</span>
      </p>
      <Button
        emphasis="primary"
        shortcut="p"
        className="ml-auto"
        disabled={command.isPending}
        onClick={approve}
      >
        Approve the change
      </Button>
    </section>
  );
}

const seenText = ({ files, hunks, of }: Seen): string => {
  const ofHunks =
    of.hunks === null ? countText(hunks, "hunk") : `${hunks} of ${countText(of.hunks, "hunk")}`;
  return `${files} of ${countText(of.files, "file")}, ${ofHunks}`;
};

/** What the record says of the last approval that was given from a diff. */
function LastApproval({ run }: Pick<ApproveProps, "run">) {
  const last = run.approvals.findLast(({ seen }) => seen !== undefined);
  if (last?.seen === undefined) return null;
  return (
    <p className="border-t border-line px-3 py-2 text-muted">
      {last.by} approved {last.step} and had seen {seenText(last.seen)}.
    </p>
  );
}
