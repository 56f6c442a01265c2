/** The heads of files and hunks: what it is, who wrote it, and what can be done with it. */
import { Button } from "../../ui/button.tsx";
import { classNames } from "../../ui/class-names.ts";
import { FamilyMark } from "../../ui/family-mark.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { withNamed } from "../../ui/hidden-characters.ts";
import { isMarked, type LeftMark } from "./leaving.ts";
import type { Hunk } from "./patch.ts";
import type { Actions, Shown } from "./row-view.tsx";
import type { Work, Writers } from "./writers.ts";

/** Stands beside every file and hunk: there when it is looked for. */
const QUIET = "font-normal! text-muted!";
const CURRENT = "outline-2 -outline-offset-2 outline-accent";

export function Counts({
  added,
  removed,
}: {
  readonly added: number | null;
  readonly removed: number | null;
}) {
  if (added === null || removed === null) return <span className="text-muted">not text</span>;
  return (
    <span className="shrink-0 whitespace-nowrap">
      <span className="text-ok">+{added}</span> <span className="text-refused">−{removed}</span>
    </span>
  );
}

type FileHeadProps = {
  readonly shown: Shown;
  readonly isCurrent: boolean;
  readonly actions: Actions;
};

export function FileHead({ shown, isCurrent, actions }: FileHeadProps) {
  const { file, flags, isViewed, isFolded, left } = shown;
  const place = { path: file.path, side: "new" as const, line: 1, quote: "" };
  return (
    <div
      className={classNames(
        "flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1 border-y border-line bg-raised px-3",
        isCurrent && CURRENT,
      )}
    >
      <button
        type="button"
        aria-expanded={!isFolded}
        aria-label={`${isFolded ? "Unfold" : "Fold"} ${withNamed(file.path)}`}
        onClick={() => actions.fold(file.path, !isFolded)}
        className="min-h-7 min-w-5 text-muted max-sm:min-h-11"
      >
        <span aria-hidden="true">{isFolded ? "▸" : "▾"}</span>
      </button>
      <h2 className="min-w-0 font-mono text-xs break-all">
        <bdi>{withNamed(file.from === null ? file.path : `${file.from} → ${file.path}`)}</bdi>
      </h2>
      {file.status !== "modified" && <span className="text-muted">{file.status}</span>}
      <Counts {...file} />
      {flags.map((flag) => (
        <StateMark key={flag} tone="warning" word={flag} />
      ))}
      <span className="ml-auto flex flex-wrap items-center justify-end gap-x-2">
        <Button
          emphasis="quiet"
          className={QUIET}
          onClick={() => actions.sendBack(place, file.path)}
        >
          Send back file
        </Button>
        {left !== null && (
          <LeaveOut
            what="file"
            isLeft={isMarked(left, null)}
            onToggle={() => actions.leave(file.path, null)}
          />
        )}
        <label className="flex min-h-7 cursor-pointer items-center gap-1.5 max-sm:min-h-11">
          <input type="checkbox" checked={isViewed} onChange={() => actions.view(file.path)} />
          Viewed
        </label>
      </span>
    </div>
  );
}

/** On one line, or on more where the list is narrow: who wrote it is read before what can be done with it. */
const HUNK_HEAD = [
  "flex h-7 items-center gap-x-3 overflow-hidden border-y border-line bg-surface px-3 text-muted",
  "group-data-narrow/changes:h-auto group-data-narrow/changes:min-h-7 group-data-narrow/changes:flex-wrap",
].join(" ");

type HunkHeadProps = {
  readonly hunk: Hunk;
  readonly path: string;
  readonly writers: Writers | null;
  readonly left: LeftMark | null;
  readonly isCurrent: boolean;
  readonly actions: Actions;
};

export function HunkHead({ hunk, path, writers, left, isCurrent, actions }: HunkHeadProps) {
  const place = { path, side: "new" as const, line: hunk.newStart, quote: "" };
  return (
    <div className={classNames(HUNK_HEAD, isCurrent && CURRENT)}>
      <span className="shrink-0 font-mono text-xs">Line {hunk.newStart}</span>
      <span className="min-w-0 flex-1 truncate font-mono text-xs">{withNamed(hunk.context)}</span>
      {writers !== null && <WriterMarks writers={writers} />}
      <span className="ml-auto flex flex-wrap items-center justify-end">
        <Button
          emphasis="quiet"
          className={QUIET}
          onClick={() => actions.link(path, { kind: "hunk", line: hunk.newStart })}
        >
          Copy link
        </Button>
        <Button
          emphasis="quiet"
          className={QUIET}
          onClick={() => actions.sendBack(place, `${path}, from line ${hunk.newStart}`)}
        >
          Send back hunk
        </Button>
        {left !== null && (
          <LeaveOut
            what="hunk"
            isLeft={isMarked(left, hunk.name)}
            onToggle={() => actions.leave(path, hunk.name)}
          />
        )}
      </span>
    </div>
  );
}

type LeaveProps = {
  readonly what: "file" | "hunk";
  readonly isLeft: boolean;
  readonly onToggle: () => void;
};

/** A mark, not yet a deed: the bar below says what will be left out, and does it. */
function LeaveOut({ what, isLeft, onToggle }: LeaveProps) {
  return (
    <Button
      emphasis="quiet"
      aria-pressed={isLeft}
      className={isLeft ? "text-refused!" : QUIET}
      onClick={onToggle}
    >
      <span aria-hidden="true">{isLeft ? "✕" : "–"}</span> Leave out {what}
    </Button>
  );
}

function WriterMarks({ writers }: { readonly writers: Writers }) {
  const { checkpoints, isPartial, isLate } = writers;
  return (
    <span className="flex min-w-0 items-center gap-x-3 group-data-narrow/changes:flex-wrap">
      {checkpoints.map((checkpoint) => (
        <Writer key={checkpoint.commit} checkpoint={checkpoint} />
      ))}
      {isPartial && (
        <span className="whitespace-nowrap">
          {checkpoints.length === 0 ? "writer unknown" : "others unknown"}
          {isLate && ": git took too long"}
        </span>
      )}
    </span>
  );
}

function Writer({ checkpoint }: { readonly checkpoint: Work }) {
  const { step, attempt, by, authors, item } = checkpoint;
  const models = authors.flatMap((author) => author.models);
  const names = authors.length === 0 ? by : authors.map(({ name }) => name).join(", ");
  const facts = [
    models.length === 0 ? names : `${names} (${models.join(", ")})`,
    ...(step === null ? [] : [attempt === null ? step : `${step} #${attempt}`]),
    ...(item === null || item.covers.length === 0 ? [] : [item.covers.join(", ")]),
  ];
  const title = item === null ? facts.join(" · ") : `${facts.join(" · ")}: ${item.title}`;
  return (
    <span className="flex min-w-0 items-center gap-1.5" title={title}>
      {[...new Set(authors.map(({ family }) => family))].map((family) => (
        <FamilyMark key={family} family={family} />
      ))}
      <span className="truncate group-data-narrow/changes:wrap-anywhere group-data-narrow/changes:whitespace-normal">
        {facts.join(" · ")}
      </span>
    </span>
  );
}
