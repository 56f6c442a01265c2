/** The words that an answer needs: a reason, a comment, or a new limit. */
import type { AttentionAnswer } from "@tutti/protocol";
import { useEffect, useRef, useState } from "react";
import { useCommands } from "../../commands/commands.tsx";
import { Button } from "../../ui/button.tsx";
import { FIELD } from "../../ui/field.ts";
import { Overtaken } from "../../ui/notice.tsx";
import { Labelled } from "../../ui/labelled.tsx";

type AnswerTextProps = {
  readonly answer: AttentionAnswer;
  readonly isSending: boolean;
  /** Something else is asked by now. */
  readonly isOld: boolean;
  /** False where the text makes no answer. */
  readonly onSend: (text: string) => boolean;
  readonly onBack: () => void;
};

const MEASURES: Readonly<Record<string, string>> = {
  "--usd TEXT": "New limit in US dollars",
  "--tokens TEXT": "New limit in tokens",
  "--minutes TEXT": "New limit in minutes",
};

const OLD = "What is asked has changed since you began. Go back to answer it as it is now.";

const labelOf = ({ name, command }: AttentionAnswer): string =>
  Object.entries(MEASURES).find(([part]) => command.includes(part))?.[1] ??
  (command.includes("--reason") || name === "allow" || name === "accept" ? "Reason" : "Comment");

export function AnswerText({ answer, isSending, isOld, onSend, onBack }: AnswerTextProps) {
  const [text, setText] = useState("");
  const [isRefused, setRefused] = useState(false);
  const submit = (): void => {
    const isMissing = answer.needsText && text.trim() === "";
    setRefused(isMissing || !onSend(text.trim()));
  };
  useCommands([
    { id: "answer.send", title: answer.label, group: "Answer", keys: "mod+enter", run: submit },
    {
      id: "answer.back",
      title: "Back to the answers",
      group: "Answer",
      keys: "escape",
      run: onBack,
    },
  ]);
  return (
    <form
      className="flex max-w-[72ch] flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {answer.needsText ? (
        <WordsField
          label={labelOf(answer)}
          value={text}
          isRefused={isRefused}
          onChange={setText}
          onBack={onBack}
        />
      ) : (
        <p>The run ends. What was made so far is parked, not lost.</p>
      )}
      {isOld && <Overtaken>{OLD}</Overtaken>}
      {isRefused && (
        <p role="alert" className="text-refused">
          <span aria-hidden="true">✕ </span>
          {answer.name === "raise" ? "A limit is a number above 0." : "Some words are needed."}
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        <Button
          type="submit"
          emphasis={answer.name === "cancel" ? "danger" : "primary"}
          shortcut="mod+enter"
          disabled={isSending}
        >
          {answer.label}
        </Button>
        <Button shortcut="escape" onClick={onBack}>
          Back
        </Button>
      </div>
    </form>
  );
}

type WordsFieldProps = {
  readonly label: string;
  readonly value: string;
  readonly isRefused: boolean;
  readonly onChange: (value: string) => void;
  readonly onBack: () => void;
};

function WordsField({ label, value, isRefused, onChange, onBack }: WordsFieldProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <Labelled label={label}>
      <textarea
        ref={field}
        dir="auto"
        rows={3}
        value={value}
        aria-invalid={isRefused}
        onChange={({ target }) => onChange(target.value)}
        onKeyDown={({ key }) => {
          if (key === "Escape") onBack();
        }}
        className={`${FIELD} resize-y py-1.5`}
      />
    </Labelled>
  );
}
