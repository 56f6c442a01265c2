/** What people and their advisers said about something of a run, and a word more. Agents read it in later prompts. */
import type { RunView } from "@tutti/protocol";
import { useRef, useState } from "react";
import { useCommand } from "../../api/commands.ts";
import { useCommands } from "../../commands/commands.tsx";
import { Button } from "../../ui/button.tsx";
import { FIELD } from "../../ui/field.ts";
import { plainText } from "../../ui/plain.ts";
import { Ago } from "../../ui/time.tsx";
import { isSaid, MessageMark, type Said, useTakeBack } from "./message-mark.tsx";
import { useRun } from "./run-context.tsx";

export type Comment = RunView["comments"][number];

/** On nothing that is shown elsewhere: not on a text, nor on a finding. */
export const onRun = ({ comments, artifacts, findings }: RunView): readonly Comment[] => {
  const elsewhere = new Set([
    ...artifacts.map(({ name }) => name),
    ...findings.map(({ id }) => id),
  ]);
  return comments.filter(({ on }) => !elsewhere.has(on));
};

type CommentListProps = {
  readonly comments: readonly Comment[];
  /** Where they are about several things: which. */
  readonly isNamed?: boolean;
  /** Where a person goes on with what they took back. */
  readonly onTakenBack?: (said: Said) => void;
};

export function CommentList({ comments, isNamed = false, onTakenBack }: CommentListProps) {
  const list = useRef<HTMLUListElement>(null);
  // The button is gone afterwards, and the focus must not be.
  const takeBack = useTakeBack(onTakenBack ?? (() => list.current?.focus()));
  if (comments.length === 0) return null;
  return (
    <ul ref={list} tabIndex={-1} aria-label="Comments">
      {comments.map((comment, index) => (
        <li
          key={`${index} ${comment.at}`}
          dir="auto"
          className="py-0.5 wrap-anywhere whitespace-pre-wrap"
        >
          <Words comment={comment} isNamed={isNamed} />
          {isSaid(comment) && (
            <>
              {" "}
              <MessageMark said={comment} takeBack={takeBack} />
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

type WordsProps = { readonly comment: Comment; readonly isNamed: boolean };

function Words({ comment: { by, on, text, at, message }, isNamed }: WordsProps) {
  return (
    <>
      <span className="font-strong">{plainText(by)}</span>{" "}
      <span className="text-muted">
        {isNamed && on !== "run" && `on ${plainText(on)} `}
        <Ago at={at} />
      </span>{" "}
      {message?.state.kind === "withdrawn" ? <del>{plainText(text)}</del> : plainText(text)}
    </>
  );
}

type CommentFormProps = {
  /** A name of a text, the id of a finding, or `run`. */
  readonly on: string;
  readonly label: string;
};

export function CommentForm({ on, label }: CommentFormProps) {
  const { run } = useRun();
  const command = useCommand(run);
  const [text, setText] = useState("");
  const field = useRef<HTMLInputElement>(null);
  useCommands([
    {
      id: `comment.${on}`,
      title: label,
      group: "This run",
      run: () => field.current?.focus(),
    },
  ]);
  return (
    <form
      className="flex flex-wrap gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        command.mutate(
          { kind: "comment.add", on, text: text.trim() },
          { onSuccess: () => setText("") },
        );
      }}
    >
      <input
        ref={field}
        aria-label={label}
        placeholder="Comment"
        className={`${FIELD} min-w-0 flex-1`}
        value={text}
        maxLength={5000}
        onChange={({ target }) => setText(target.value)}
      />
      <Button type="submit" disabled={text.trim() === "" || command.isPending}>
        Comment
      </Button>
    </form>
  );
}
