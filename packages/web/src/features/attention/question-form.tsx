/** The form of an agent's question: each field by its kind, with what the agent proposes. */
import type { AttentionItem, QuestionField } from "@tutti/protocol";
import { type RefObject, useEffect, useEffectEvent, useId, useRef, useState } from "react";
import { useCommand } from "../../api/commands.ts";
import { useCommands } from "../../commands/commands.tsx";
import { Button } from "../../ui/button.tsx";
import { plainText } from "../../ui/plain.ts";
import { answerOf, type Draft, emptyDraft } from "./question-draft.ts";
import { QuestionInput } from "./question-input.tsx";

const NONE: readonly QuestionField[] = [];

export function QuestionForm({ item }: { readonly item: AttentionItem }) {
  const command = useCommand(item.run);
  const fields = item.fields ?? NONE;
  const [draft, setDraft] = useState<Draft>(() => emptyDraft(fields));
  const [missing, setMissing] = useState(NONE);
  const form = useRef<HTMLFormElement>(null);
  // A name in a form hides what the form itself has of that name: none of the agent's is one.
  const id = useId();
  const nameOf = (field: QuestionField): string => `${id}-${fields.indexOf(field)}`;

  const submit = (): void => {
    if (command.isPending) return;
    const answer = answerOf(fields, draft);
    setMissing(answer.missing);
    const [first] = answer.missing;
    if (first !== undefined) {
      const named = `[name="${CSS.escape(nameOf(first))}"]`;
      form.current?.querySelector<HTMLElement>(named)?.focus();
      return;
    }
    const question = item.id.slice(item.id.indexOf(":") + 1);
    command.mutate({ kind: "question.answer", question, action: "accept", values: answer.values });
  };
  useAnswerKeys(form, submit);

  return (
    <form
      ref={form}
      aria-label="Your answer"
      className="flex max-w-[72ch] flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {fields.map((field) => (
        <QuestionInput
          key={field.name}
          field={field}
          name={nameOf(field)}
          value={draft.get(field.name) ?? ""}
          isMissing={missing.includes(field)}
          onChange={(value) => setDraft(new Map(draft).set(field.name, value))}
        />
      ))}
      <StillNeeded missing={missing} />
      <div>
        <Button type="submit" emphasis="primary" shortcut="mod+enter" disabled={command.isPending}>
          Answer
        </Button>
      </div>
    </form>
  );
}

function StillNeeded({ missing }: { readonly missing: readonly QuestionField[] }) {
  if (missing.length === 0) return null;
  return (
    <p role="alert" className="text-refused">
      <span aria-hidden="true">✕ </span>
      Still needed: {missing.map(({ title }) => plainText(title)).join(", ")}.
    </p>
  );
}

function useAnswerKeys(form: RefObject<HTMLFormElement | null>, submit: () => void): void {
  const begin = (): void => {
    const first = form.current?.querySelector<HTMLElement>("textarea, input, select");
    if (first === undefined || first === null) submit();
    else first.focus();
  };
  useCommands([
    { id: "question.fill", title: "Fill in the answer", group: "Answer", keys: "p", run: begin },
    { id: "question.send", title: "Answer", group: "Answer", keys: "mod+enter", run: submit },
  ]);
  const send = useEffectEvent(submit);
  useEffect(() => {
    const { current } = form;
    // Inside the form these keys send it, whatever else on the page they would answer.
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      send();
    };
    current?.addEventListener("keydown", onKey);
    return () => current?.removeEventListener("keydown", onKey);
  }, [form]);
}
