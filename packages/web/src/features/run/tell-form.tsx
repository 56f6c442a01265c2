/** A word to the agent that works: when it has answered, or at once. Until it has it, it can be taken back. */
import type { SessionView } from "@tutti/protocol";
import { useRef, useState } from "react";
import { toast } from "sonner";
import { useCommand } from "../../api/commands.ts";
import { useCommands } from "../../commands/commands.tsx";
import { Button } from "../../ui/button.tsx";
import { FIELD } from "../../ui/field.ts";
import { type Comment, CommentList } from "./comments.tsx";
import { isSaid, isWaiting, type Said, useTakeBack } from "./message-mark.tsx";
import { useRun } from "./run-context.tsx";

type TellFormProps = { readonly step: NonNullable<SessionView["step"]> };

const SAY = "Say something to the agent";
/** Of what was said about the step: to the agent, and for its next prompt. */
const SHOWN_MAX = 3;

/** What waits is always among it. */
const shownOf = (comments: readonly Comment[]): readonly Comment[] =>
  comments.filter((comment, index) => index >= comments.length - SHOWN_MAX || isWaiting(comment));

export function TellForm({ step }: TellFormProps) {
  const { steps } = useRun();
  // A reviewer hears nothing: he judges the change alone.
  return steps.find(({ id }) => id === step)?.kind === "agent" ? <Words step={step} /> : null;
}

function Words({ step }: TellFormProps) {
  const { run } = useRun();
  const command = useCommand(run);
  const [text, setText] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  const write = (): void => field.current?.focus();
  useCommands([{ id: "tell.write", title: SAY, group: "Transcript", keys: "t", run: write }]);
  /** To be mended, where nothing else is being written. */
  const writeAgain = ({ text: taken }: Said): void => {
    setText((now) => (now.trim() === "" ? taken : now));
    write();
  };
  const tell = (interrupts: boolean): void =>
    command.mutate(
      { kind: "turn.message", step, text, interrupts },
      {
        onSuccess: () => {
          setText("");
          toast.success(interrupts ? "It is interrupted." : "It is told when it has answered.");
        },
      },
    );
  const isEmpty = text.trim() === "" || command.isPending;
  return (
    <form
      className="flex flex-wrap items-end gap-2 border-t border-line px-4 py-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isEmpty) tell(false);
      }}
    >
      <div className="max-h-20 basis-full overflow-y-auto empty:hidden">
        <SaidBefore step={step} onTakenBack={writeAgain} />
      </div>
      <label className="flex min-w-0 flex-1 basis-80 flex-col gap-1">
        <span className="text-muted">{SAY}</span>
        <textarea
          ref={field}
          rows={2}
          className={FIELD}
          value={text}
          maxLength={20_000}
          onChange={({ target }) => setText(target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey) || isEmpty) return;
            event.preventDefault();
            tell(event.shiftKey);
          }}
        />
      </label>
      <Button type="submit" emphasis="primary" disabled={isEmpty} shortcut="mod+enter">
        Queue
      </Button>
      <Button disabled={isEmpty} onClick={() => tell(true)} shortcut="mod+shift+enter">
        Interrupt
      </Button>
    </form>
  );
}

type SaidBeforeProps = TellFormProps & { readonly onTakenBack: (said: Said) => void };

function SaidBefore({ step, onTakenBack }: SaidBeforeProps) {
  const { comments } = useRun();
  const shown = shownOf(comments.filter(({ on }) => on === step));
  const takeBack = useTakeBack(onTakenBack);
  const last = shown.filter((comment) => isSaid(comment)).findLast((said) => isWaiting(said));
  useCommands(
    last === undefined
      ? []
      : [
          {
            id: "tell.take-back",
            title: "Take back what the agent was not given yet",
            group: "Transcript",
            run: () => takeBack?.(last),
          },
        ],
  );
  return <CommentList comments={shown} onTakenBack={onTakenBack} />;
}
