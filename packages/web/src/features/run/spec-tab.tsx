/** What was written down: to read, to correct, to comment. An approval holds for exactly these texts. */
import type { RunView } from "@tutti/protocol";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { tellProblem } from "../../api/commands.ts";
import { daemon } from "../../api/daemon.ts";
import { artifactQuery } from "../../api/queries.ts";
import { useCommands } from "../../commands/commands.tsx";
import { Button } from "../../ui/button.tsx";
import { FIELD } from "../../ui/field.ts";
import { Empty, Overtaken } from "../../ui/notice.tsx";
import { bytesText } from "../../ui/numbers.ts";
import { plainText } from "../../ui/plain.ts";
import { Queried } from "../../ui/queried.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { Ago } from "../../ui/time.tsx";
import { Written } from "../../ui/written.tsx";
import { AnswerPanel } from "../attention/answer-panel.tsx";
import { isArtifactLine } from "../attention/subject.tsx";
import { CommentForm, CommentList } from "./comments.tsx";
import { useRun } from "./run-context.tsx";
import { usePlace } from "../../ui/use-place.ts";

type Artifact = RunView["artifacts"][number];

const group = "Spec";

export function SpecTab() {
  const placeOf = usePlace(useSearch({ from: "/runs/$run/spec" }).at);
  const { artifacts, attention, pin, approvals } = useRun();
  const approval = attention.find(({ kind }) => kind === "approval");
  if (artifacts.length === 0)
    return (
      <Empty title="Nothing is written down yet.">
        <p>The first step of the workflow writes the specification and the contract.</p>
      </Empty>
    );
  return (
    <div className="flex flex-col gap-4 p-4">
      <p className="flex flex-wrap gap-x-3">
        {pin === null ? (
          <StateMark tone="warning" word="not approved" />
        ) : (
          <StateMark tone="ok" word={`pinned as ${pin.slice(0, 12)}`} />
        )}
        {approvals.map(({ step, by, at }) => (
          <span key={`${step} ${at}`} className="text-muted">
            {step} approved by {plainText(by)} <Ago at={at} />
          </span>
        ))}
      </p>
      {approval !== undefined && (
        <section aria-label="Approval" className="border-l-2 border-waiting bg-surface px-3 py-2">
          <h2 className="font-strong">{plainText(approval.asks)}</h2>
          <AnswerPanel
            key={approval.id}
            item={approval}
            isSubjectShown={approval.details.some(isArtifactLine)}
          />
        </section>
      )}
      {artifacts.map((artifact) => (
        <div
          key={artifact.name}
          {...placeOf(artifact.name)}
          className="rounded aria-[current]:ring-1 aria-[current]:ring-accent"
        >
          <ArtifactSection artifact={artifact} />
        </div>
      ))}
    </div>
  );
}

function ArtifactSection({ artifact }: { readonly artifact: Artifact }) {
  const { run, finishedAt, comments } = useRun();
  const { name, hash, by, at, bytes } = artifact;
  const query = useQuery(artifactQuery({ run, name, hash }));
  /** What was on screen when its editing began, which outlives what others make of it meanwhile. */
  const [editing, setEditing] = useState<Edited | null>(null);
  const isEditable = finishedAt === null && editing === null && query.data !== undefined;
  const edit = (): void => setEditing({ hash, text: query.data ?? "" });
  useCommands(
    isEditable ? [{ id: `spec.edit.${name}`, title: `Edit ${name}`, group, run: edit }] : [],
  );
  return (
    <section aria-label={name} className="rounded border border-line">
      <header className="flex flex-wrap items-center gap-x-3 border-b border-line px-3 py-1">
        <h2 className="font-mono font-strong">
          <Link
            to="/runs/$run/spec"
            params={{ run }}
            search={{ at: name }}
            className="hover:underline"
          >
            {name}
          </Link>
        </h2>
        <span className="font-mono text-xs text-muted">{hash.slice(0, 12)}</span>
        <span className="text-muted">
          {bytesText(bytes)} · {plainText(by)} · <Ago at={at} />
        </span>
        {isEditable && (
          <Button className="ml-auto" onClick={edit}>
            Edit
          </Button>
        )}
      </header>
      <div className="px-3 py-2">
        {editing === null ? (
          <Queried query={query} what={name}>
            {(text) => <Written name={name} text={text} />}
          </Queried>
        ) : (
          <Editor artifact={artifact} edited={editing} onDone={() => setEditing(null)} />
        )}
      </div>
      <div className="border-t border-line px-3 py-2">
        <CommentList comments={comments.filter(({ on }) => on === name)} />
        <CommentForm on={name} label={`Comment on ${name}`} />
      </div>
    </section>
  );
}

type Edited = { readonly hash: string; readonly text: string };

type EditorProps = {
  readonly artifact: Artifact;
  readonly edited: Edited;
  readonly onDone: () => void;
};

function Editor({ artifact: { name, hash }, edited, onDone }: EditorProps) {
  const { run } = useRun();
  const [draft, setDraft] = useState(edited.text);
  const save = useMutation({
    // Nobody overwrites what they have not seen.
    mutationFn: () => daemon.amend(run, { name, text: draft, replaces: edited.hash }),
    onSuccess: onDone,
    onError: tellProblem,
  });
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <textarea
        aria-label={`Text of ${name}`}
        className={`${FIELD} min-h-80 py-2 font-mono text-xs`}
        value={draft}
        onChange={({ target }) => setDraft(target.value)}
      />
      {hash !== edited.hash && (
        <Overtaken>
          It was replaced while you wrote, so yours cannot be saved over it. Copy what you need,
          leave, and edit it as it is now.
        </Overtaken>
      )}
      <p className="text-muted">What rests on it becomes stale, and its approval is void.</p>
      <div className="flex gap-2">
        <Button type="submit" emphasis="primary" disabled={draft === edited.text || save.isPending}>
          Save as mine
        </Button>
        <Button onClick={onDone}>Leave as it was</Button>
      </div>
    </form>
  );
}
