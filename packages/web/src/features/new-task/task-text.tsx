/** The description, and the files that go with it: chosen, dropped, or pasted. */
import { Paperclip, X } from "lucide-react";
import { useEffect, useRef, useState, type SyntheticEvent } from "react";
import { asProblem } from "../../api/problem.ts";
import { useCommands } from "../../commands/commands.tsx";
import { Button } from "../../ui/button.tsx";
import { FIELD } from "../../ui/field.ts";
import { Labelled } from "../../ui/labelled.tsx";
import { bytesText } from "../../ui/numbers.ts";
import { type Attachment, readAttachment } from "./attachments.ts";
import type { DraftProps } from "./task-form.tsx";

type TaskTextProps = DraftProps & {
  readonly onAttach: (files: readonly Attachment[]) => void;
};

export function TaskText({ draft, onChange, onAttach }: TaskTextProps) {
  const [refused, setRefused] = useState<readonly string[]>([]);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  const take = async (files: readonly File[]): Promise<void> => {
    const read = await Promise.allSettled(files.map((file) => readAttachment(file)));
    setRefused(
      read.flatMap((one) => (one.status === "rejected" ? [asProblem(one.reason).message] : [])),
    );
    onAttach(read.flatMap((one) => (one.status === "fulfilled" ? [one.value] : [])));
  };
  /** Files are taken; text is left to the field. */
  const takeFrom = (event: SyntheticEvent, data: DataTransfer): void => {
    if (data.files.length === 0) return;
    event.preventDefault();
    void take([...data.files]);
  };
  return (
    <div className="flex flex-col gap-2">
      <Labelled
        label="Task"
        hint="Say what should be true when it is done. An issue's text can be pasted or dropped here as a .md file; other files are attached."
      >
        <textarea
          dir="auto"
          rows={8}
          ref={field}
          required={draft.files.length === 0}
          value={draft.text}
          onChange={({ target }) => onChange({ text: target.value })}
          onPaste={(event) => takeFrom(event, event.clipboardData)}
          onDragOver={(event) => event.preventDefault()}
          onDrop={(event) => takeFrom(event, event.dataTransfer)}
          className={`${FIELD} resize-y py-2 leading-5`}
        />
      </Labelled>
      <div className="flex flex-wrap items-center gap-2">
        <FileChooser onFiles={(files) => void take(files)} />
        <Files files={draft.files} onChange={(files) => onChange({ files })} />
      </div>
      {refused.map((why) => (
        <p key={why} role="alert" className="text-refused">
          <span aria-hidden="true">✕ </span>
          {why}
        </p>
      ))}
    </div>
  );
}

function FileChooser({ onFiles }: { readonly onFiles: (files: readonly File[]) => void }) {
  const chooser = useRef<HTMLInputElement>(null);
  const choose = (): void => chooser.current?.click();
  useCommands([{ id: "new.attach", title: "Attach files", group: "New task", run: choose }]);
  return (
    <>
      <input
        ref={chooser}
        type="file"
        multiple
        aria-label="Files to attach"
        className="hidden"
        onChange={({ target }) => {
          onFiles([...(target.files ?? [])]);
          target.value = "";
        }}
      />
      <Button onClick={choose}>
        <Paperclip aria-hidden="true" size={14} />
        Attach files
      </Button>
    </>
  );
}

type FilesProps = {
  readonly files: readonly Attachment[];
  readonly onChange: (files: readonly Attachment[]) => void;
};

function Files({ files, onChange }: FilesProps) {
  if (files.length === 0) return null;
  return (
    <ul className="flex flex-wrap gap-2" aria-label="Attached files">
      {files.map((file, index) => (
        <li
          // The same file may be attached twice.
          key={`${index} ${file.name}`}
          className="flex min-h-7 items-center gap-1 rounded border border-line ps-2"
        >
          <span dir="auto" className="max-w-60 truncate">
            {file.name}
          </span>
          <span className="text-muted">{bytesText(new Blob([file.text]).size)}</span>
          <Button
            emphasis="quiet"
            aria-label={`Leave out ${file.name}`}
            onClick={() => onChange(files.toSpliced(index, 1))}
          >
            <X aria-hidden="true" size={13} />
          </Button>
        </li>
      ))}
    </ul>
  );
}
