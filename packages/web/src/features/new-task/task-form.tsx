import { useEffect, useState } from "react";
import { useCommands } from "../../commands/commands.tsx";
import { Button } from "../../ui/button.tsx";
import { Failed } from "../../ui/notice.tsx";
import { tooLong } from "./attachments.ts";
import { added, type Draft, missing, requestOf } from "./draft.ts";
import { keptText } from "./kept-text.ts";
import { ProjectField } from "./project-field.tsx";
import { TaskChoices } from "./task-choices.tsx";
import { TaskText } from "./task-text.tsx";
import { useStart } from "./use-start.ts";

export type DraftProps = {
  readonly draft: Draft;
  readonly onChange: (change: Partial<Draft>) => void;
};

type TaskFormProps = {
  readonly initial: Draft;
  /** The text is kept until the task is started. */
  readonly isKept: boolean;
};

export function TaskForm({ initial, isKept }: TaskFormProps) {
  const [draft, setDraft] = useState(initial);
  const [isTold, setTold] = useState(false);
  const start = useStart(() => keptText.set(""));
  const problem = missing(draft) ?? tooLong(requestOf(draft).text);
  const change = (part: Partial<Draft>): void => {
    setDraft((before) => ({ ...before, ...part }));
  };
  useEffect(() => {
    if (isKept) keptText.set(draft.text);
  }, [isKept, draft.text]);
  const submit = (): void => {
    setTold(true);
    if (problem === null && !start.isPending) start.mutate(draft);
  };
  useCommands([
    { id: "new.start", title: "Start the task", group: "New task", keys: "mod+enter", run: submit },
  ]);
  return (
    <form
      className="flex max-w-[80ch] flex-col gap-4 p-4"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <ProjectField draft={draft} onChange={change} />
      <TaskText
        draft={draft}
        onChange={change}
        onAttach={(files) => setDraft((before) => ({ ...before, ...added(before, files) }))}
      />
      <TaskChoices draft={draft} onChange={change} />
      {isTold && problem !== null && (
        <p role="alert" className="text-refused">
          <span aria-hidden="true">✕ </span>
          {problem}
        </p>
      )}
      {start.isError && <Failed error={start.error} />}
      <div className="flex items-center gap-3">
        <Button type="submit" emphasis="primary" shortcut="mod+enter" disabled={start.isPending}>
          Start the task
        </Button>
        {start.isPending && <output className="text-muted">Starting …</output>}
      </div>
    </form>
  );
}
