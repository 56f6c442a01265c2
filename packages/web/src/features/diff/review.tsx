/** The review of one range of commits: the files, the list of changes, the draft, and the keys. */
import type { RunView } from "@tutti/protocol";
import { type RefObject, useCallback, useRef, useState } from "react";
import { useStore } from "../../api/store.ts";
import { Button } from "../../ui/button.tsx";
import { classNames } from "../../ui/class-names.ts";
import { countText } from "../../ui/numbers.ts";
import { Empty, Missing } from "../../ui/notice.tsx";
import { useDiffAddress } from "./use-address.ts";
import { ApproveBar } from "./approve-bar.tsx";
import { Conflicts } from "./conflicts.tsx";
import { cursorAt, type Cursor, indexOf } from "./cursor.ts";
import { FileTree } from "./file-tree.tsx";
import { Counts } from "./heads.tsx";
import { keptOf } from "./kept.ts";
import { RangePicker } from "./range-picker.tsx";
import { canLeaveOut } from "./leaving.ts";
import { LeaveBar } from "./leave-bar.tsx";
import type { Range, RangeChoice } from "./ranges.ts";
import { type ListHandle, ReviewList } from "./review-list.tsx";
import type { RiskGroup } from "./risk.ts";
import type { Actions, Shown } from "./row-view.tsx";
import { SendBar } from "./send-bar.tsx";
import { useArrival } from "./use-arrival.ts";
import { useDoing } from "./use-actions.ts";
import { type Files, useFiles } from "./use-files.ts";
import type { Work } from "./writers.ts";
import { useSeen } from "./use-seen.ts";
import { useReviewKeys } from "./use-keys.ts";

type ReviewProps = {
  readonly run: RunView;
  readonly range: Range;
  readonly groups: readonly RiskGroup[];
  readonly checkpoints: ReadonlyMap<string, Work>;
  readonly conflicts: readonly string[];
  readonly choices: readonly RangeChoice[];
  readonly choice: RangeChoice;
  readonly onChoose: (choice: RangeChoice) => void;
};

export function Review(props: ReviewProps) {
  const { run, range, groups, checkpoints, conflicts } = props;
  const { address, set } = useDiffAddress();
  const view = address.view ?? "unified";
  const kept = useStore(keptOf(run.run));
  const { doing, actions } = useDoing(run.run, range);
  const files = useFiles({ ...doing, run, range, groups, conflicts, kept, view });
  const { shown, rows } = files;
  const list = useRef<ListHandle>(null);
  const place = usePlace(files, list, actions.fold);
  const isWhole = range.from === run.base.commit && range.to === run.candidate?.commit;
  const { seen, onSee } = useSeen(run, range, files);
  useReviewKeys({
    rows,
    shown,
    actions,
    view,
    ...place,
    setView: (next) => set({ view: next === "unified" ? undefined : next }),
  });

  return (
    <div className="flex h-full min-h-100 flex-col">
      <Bar {...props} view={view} viewed={shown.filter(({ isViewed }) => isViewed).length} />
      {place.missing !== null && shown.length > 0 && <Missing>{place.missing}</Missing>}
      <Conflicts branch={run.target.branch} paths={conflicts} />
      {shown.length === 0 ? (
        <Empty title="Nothing is changed between these commits." />
      ) : (
        <div className="flex min-h-0 flex-1 max-md:flex-col">
          <Side groups={groups} shown={shown} onOpen={place.openFile} />
          <ReviewList
            handle={list}
            rows={rows}
            files={shown}
            checkpoints={checkpoints}
            cursor={place.index}
            actions={{ ...actions, retry: files.retry }}
            onMove={(by) => place.goTo((place.index ?? -1) + by)}
            onWant={place.onWant}
            onSee={onSee}
          />
        </div>
      )}
      {canLeaveOut(run, range) && (
        <LeaveBar run={run} marks={doing.marks} onDone={actions.unmark} />
      )}
      {isWhole && doing.marks.size === 0 && (
        <ApproveBar run={run} seen={seen} isDraft={kept.comments.length > 0} />
      )}
      <SendBar run={run} comments={kept.comments} sendBack={doing.sendBack} onDone={actions.done} />
    </div>
  );
}

/** Where a person is, and the ways to another place. */
function usePlace(files: Files, list: RefObject<ListHandle | null>, fold: Actions["fold"]) {
  const { rows, shown, want } = files;
  const { address, set } = useDiffAddress();
  const [cursor, setCursor] = useState<Cursor | null>(null);
  const stand = (next: number): number => {
    const index = Math.max(0, Math.min(next, rows.count - 1));
    setCursor(cursorAt(rows, index));
    list.current?.show(index);
    return index;
  };
  const { missing, leave } = useArrival({
    files,
    fold,
    arrive: (index, isSpot) => {
      stand(index);
      if (isSpot) list.current?.focus();
    },
  });
  /** The address follows to the file. */
  const goTo = (next: number): void => {
    const file = shown[rows.at(stand(next)).file]?.file.path;
    if (file === undefined || (file === address.file && address.at === undefined)) return;
    leave(file);
    set({ file, at: undefined });
  };
  const openFile = (path: string): void => {
    const at = shown.findIndex(({ file }) => file.path === path);
    if (at !== -1) goTo(rows.startOf(at));
  };
  const onWant = useCallback(
    (first: number, last: number) => {
      const paths: string[] = [];
      for (let at = first; at <= last; at += 1) {
        const { file, row } = rows.at(at);
        const path = shown[file]?.file.path;
        if (row.kind === "wanted" && path !== undefined) paths.push(path);
      }
      want(paths);
    },
    [rows, shown, want],
  );
  const index = cursor === null ? null : indexOf(rows, cursor);
  return { index, missing, goTo, openFile, onWant };
}

type SideProps = {
  readonly groups: readonly RiskGroup[];
  readonly shown: readonly Shown[];
  readonly onOpen: (path: string) => void;
};

/** Beside the list; on a phone behind a button, where the list needs the room. */
function Side({ groups, shown, onOpen }: SideProps) {
  const { address } = useDiffAddress();
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="flex w-72 shrink-0 flex-col border-r border-line max-md:w-full max-md:border-r-0 max-md:border-b">
      <Button
        emphasis="quiet"
        className="md:hidden"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        {isOpen ? "Hide the files" : "Show the files"}
      </Button>
      <div
        className={classNames(
          "min-h-0 flex-1 overflow-y-auto max-md:max-h-60",
          !isOpen && "max-md:hidden",
        )}
      >
        <FileTree
          groups={groups}
          current={address.file ?? null}
          viewed={new Set(shown.flatMap(({ isViewed, file }) => (isViewed ? [file.path] : [])))}
          commented={new Map(shown.map(({ file, comments }) => [file.path, comments.length]))}
          onOpen={(path) => {
            setOpen(false);
            onOpen(path);
          }}
        />
      </div>
    </div>
  );
}

type BarProps = Pick<ReviewProps, "groups" | "choices" | "choice" | "onChoose"> & {
  readonly view: "unified" | "split";
  readonly viewed: number;
};

function Bar({ groups, choices, choice, onChoose, view, viewed }: BarProps) {
  const { set } = useDiffAddress();
  const files = groups.flatMap((group) => group.files);
  const sum = (key: "added" | "removed") => files.reduce((all, file) => all + (file[key] ?? 0), 0);
  const other = view === "split" ? "unified" : "split";
  return (
    <div className="flex min-h-10 flex-wrap items-center gap-x-4 gap-y-1 border-b border-line px-3 py-1">
      <RangePicker choices={choices} current={choice} onChoose={onChoose} />
      <span>{countText(files.length, "file")}</span>
      <Counts added={sum("added")} removed={sum("removed")} />
      <span className="text-muted">
        {viewed} of {files.length} viewed
      </span>
      <Button
        className="ml-auto max-md:hidden"
        shortcut="s"
        onClick={() => set({ view: other === "unified" ? undefined : other })}
      >
        {other === "split" ? "Side by side" : "One column"}
      </Button>
    </div>
  );
}
