/** An item that waits for a person: what it is about, and the answers with their keys. */
import type { AttentionAnswer, AttentionItem } from "@tutti/protocol";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useCommand } from "../../api/commands.ts";
import { useCommands } from "../../commands/commands.tsx";
import { Button } from "../../ui/button.tsx";
import { FIELD } from "../../ui/field.ts";
import { plainText } from "../../ui/plain.ts";
import { withNamed } from "../../ui/hidden-characters.ts";
import { commandFor, endsRun, isFilledIn, keyOf, labelOf, refuses, type Words } from "./answers.ts";
import { AnswerText } from "./answer-text.tsx";
import { QuestionForm } from "./question-form.tsx";
import { isArtifactLine, Subject } from "./subject.tsx";

type Remember = Words["remember"];

/** An answer that is being written is to what was asked when it was begun, whatever is asked by then. */
type Writing = { readonly answer: AttentionAnswer; readonly to: AttentionItem };

type AnswerPanelProps = {
  readonly item: AttentionItem;
  /** What it is about stands on the screen already. */
  readonly isSubjectShown?: boolean;
};

export function AnswerPanel({ item, isSubjectShown = false }: AnswerPanelProps) {
  const command = useCommand(item.run);
  const [writing, setWriting] = useState<Writing | null>(null);
  const [remember, setRemember] = useState<Remember>("once");

  const send = ({ answer, to }: Writing, text: string): boolean => {
    const said = commandFor(to, answer, { text, remember });
    if (said === null || command.isPending) return said !== null;
    command.mutate(said, { onSuccess: () => setWriting(null) });
    return true;
  };
  const give = (answer: AttentionAnswer): void => {
    // Ending a run is asked twice: the second question is the field for its words.
    if (answer.needsText || endsRun(item, answer)) setWriting({ answer, to: item });
    else send({ answer, to: item }, "");
  };

  const answers = item.answers.filter((answer) => !isFilledIn(item, answer));
  useCommands(
    answers.map((answer) => {
      const keys = keyOf(item, answer);
      return {
        id: `answer.${answer.name}`,
        title: labelOf(item, answer),
        group: "Answer",
        ...(keys === undefined ? {} : { keys }),
        run: () => give(answer),
      };
    }),
  );

  return (
    <div className="flex flex-col gap-3">
      <p className="max-w-[72ch] text-muted">{item.why}</p>
      {!isSubjectShown && <Subject item={item} />}
      <Details item={item} />
      {item.kind === "question" && <QuestionForm key={item.id} item={item} />}
      {item.kind === "permission" && <RememberField value={remember} onChange={setRemember} />}
      <div className="sticky bottom-0 bg-surface py-2">
        {writing === null ? (
          <Answers item={item} answers={answers} isSending={command.isPending} onGive={give} />
        ) : (
          <AnswerText
            key={writing.answer.name}
            answer={writing.answer}
            isOld={writing.to.id !== item.id || writing.to.subject !== item.subject}
            isSending={command.isPending}
            onSend={(text) => send(writing, text)}
            onBack={() => setWriting(null)}
          />
        )}
      </div>
    </div>
  );
}

type AnswersProps = {
  readonly item: AttentionItem;
  readonly answers: readonly AttentionAnswer[];
  readonly isSending: boolean;
  readonly onGive: (answer: AttentionAnswer) => void;
};

function Answers({ item, answers, isSending, onGive }: AnswersProps) {
  const { run: shown } = useParams({ strict: false });
  return (
    <div className="flex flex-wrap gap-2">
      {answers.map((answer) => (
        <Button
          key={answer.name}
          emphasis={emphasisOf(item, answer)}
          shortcut={keyOf(item, answer)}
          disabled={isSending}
          title={plainText(answer.command)}
          onClick={() => onGive(answer)}
        >
          {plainText(labelOf(item, answer))}
        </Button>
      ))}
      {shown !== item.run && (
        <Link
          to="/runs/$run"
          params={{ run: item.run }}
          className="inline-flex min-h-7 items-center px-2 text-accent underline max-sm:min-h-11"
        >
          Open the task
        </Link>
      )}
    </div>
  );
}

const emphasisOf = (item: AttentionItem, answer: AttentionAnswer) => {
  if (endsRun(item, answer)) return "danger";
  if (refuses(answer)) return "normal";
  return keyOf(item, answer) === "p" ? "primary" : "normal";
};

/** Of an approval the files that it is about, each with the way to where they are read. */
function Details({ item }: { readonly item: AttentionItem }) {
  const details = item.details.filter((detail) => !isArtifactLine(detail));
  if (details.length === 0) return null;
  const isFiles = item.kind === "approval";
  const label = isFiles ? "Changed files" : "Details";
  return (
    <section aria-label={label} className="max-w-[100ch]">
      <h2 className="text-muted">{label}</h2>
      <ul className="font-mono text-xs">
        {details.map((detail) => (
          <li key={detail} className="wrap-anywhere whitespace-pre-wrap">
            {isFiles ? <FileLink run={item.run} path={detail} /> : withNamed(detail)}
          </li>
        ))}
      </ul>
    </section>
  );
}

const FileLink = ({ run, path }: { readonly run: string; readonly path: string }) => (
  <Link
    to="/runs/$run/diff"
    params={{ run }}
    search={{ file: path }}
    className="underline max-sm:inline-flex max-sm:min-h-11 max-sm:items-center"
  >
    {withNamed(path)}
  </Link>
);

type RememberFieldProps = {
  readonly value: Remember;
  readonly onChange: (value: Remember) => void;
};

const HOLDS = [
  { value: "once", word: "this time" },
  { value: "run", word: "for this run" },
  { value: "project", word: "for every run of this project" },
] as const;

function RememberField({ value, onChange }: RememberFieldProps) {
  return (
    <label className="flex flex-wrap items-center gap-2">
      <span>The answer holds</span>
      <select
        value={value}
        onChange={({ target }) =>
          onChange(HOLDS.find((one) => one.value === target.value)?.value ?? "once")
        }
        className={FIELD}
      >
        {HOLDS.map(({ value: one, word }) => (
          <option key={one} value={one}>
            {word}
          </option>
        ))}
      </select>
    </label>
  );
}
