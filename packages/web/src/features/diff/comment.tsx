/** Comments below their line: being written, and kept until they are sent. */
import { useEffect, useRef, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { withNamed } from "../../ui/hidden-characters.ts";
import type { DraftComment } from "./kept.ts";

type WriterProps = {
  readonly label: string;
  readonly initial?: string;
  /** What the button says that ends the writing. */
  readonly action?: string;
  readonly onSave: (text: string) => void;
  readonly onCancel: () => void;
};

const KEEP = "Keep in draft";

export function CommentWriter(props: WriterProps) {
  const { label, initial = "", action = KEEP, onSave, onCancel } = props;
  const [text, setText] = useState(initial);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus({ preventScroll: true }), []);
  const save = (): void => {
    if (text.trim() !== "") onSave(text.trim());
  };
  return (
    <form
      className="m-2 flex max-w-160 flex-col gap-2 rounded border border-line-strong bg-surface p-2"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <label className="flex flex-col gap-1">
        <span className="text-muted">{label}</span>
        <textarea
          ref={field}
          value={text}
          rows={3}
          onChange={({ target }) => setText(target.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape") onCancel();
            if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) save();
            event.stopPropagation();
          }}
          className="rounded border border-line bg-bg p-2"
        />
      </label>
      <div className="flex flex-wrap items-center gap-2">
        <Button type="submit" emphasis="primary" shortcut="mod+enter" disabled={text.trim() === ""}>
          {action}
        </Button>
        <Button emphasis="quiet" shortcut="escape" onClick={onCancel}>
          Discard
        </Button>
        {action === KEEP && (
          <span className="text-muted">Kept in this browser until you send it.</span>
        )}
      </div>
    </form>
  );
}

type DraftProps = {
  readonly comment: DraftComment;
  /** Its line is not in what is shown now. */
  readonly isElsewhere: boolean;
  readonly onSave: (text: string) => void;
  readonly onDrop: () => void;
};

export function DraftedComment({ comment, isElsewhere, onSave, onDrop }: DraftProps) {
  const [isEditing, setEditing] = useState(false);
  const place = `${withNamed(comment.path)}:${comment.line}`;
  if (isEditing) {
    return (
      <CommentWriter
        label={`Comment on ${place}`}
        initial={comment.text}
        onCancel={() => setEditing(false)}
        onSave={(text) => {
          onSave(text);
          setEditing(false);
        }}
      />
    );
  }
  return (
    <article
      aria-label={`Your comment on ${place}`}
      className="m-2 flex max-w-160 flex-col gap-1 rounded border border-line-strong bg-surface p-2"
    >
      <p className="flex gap-2 text-muted">
        <span className="whitespace-nowrap">Not sent</span>
        <span className="truncate font-mono">{place}</span>
        {isElsewhere && <span>on a line that is not shown here</span>}
      </p>
      {isElsewhere && comment.quote.trim() !== "" && (
        <p className="truncate font-mono text-xs text-muted">{withNamed(comment.quote.trim())}</p>
      )}
      <p className="break-words whitespace-pre-wrap" dir="auto">
        {comment.text}
      </p>
      <p className="flex gap-1">
        <Button emphasis="quiet" onClick={() => setEditing(true)}>
          Edit
        </Button>
        <Button emphasis="quiet" onClick={onDrop}>
          Delete
        </Button>
      </p>
    </article>
  );
}
