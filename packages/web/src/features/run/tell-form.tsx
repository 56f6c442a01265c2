/** A word to the agent that works: when it has answered, or at once. */
import type { SessionView } from "@tutti/protocol";
import { useState } from "react";
import { toast } from "sonner";
import { useCommand } from "../../api/commands.ts";
import { Button } from "../../ui/button.tsx";
import { FIELD } from "../../ui/field.ts";
import { useRun } from "./run-context.tsx";

type TellFormProps = { readonly step: NonNullable<SessionView["step"]> };

export function TellForm({ step }: TellFormProps) {
  const { run, steps } = useRun();
  const command = useCommand(run);
  const [text, setText] = useState("");
  // A reviewer hears nothing: he judges the change alone.
  if (steps.find(({ id }) => id === step)?.kind !== "agent") return null;
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
      <label className="flex min-w-0 flex-1 basis-80 flex-col gap-1">
        <span className="text-muted">Say something to the agent</span>
        <textarea
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
