/** What a person will send to the author: the draft of comments, or one file or hunk with their words. */
import type { RunView } from "@tutti/protocol";
import { useState } from "react";
import { toast } from "sonner";
import { useCommand } from "../../api/commands.ts";
import { Button } from "../../ui/button.tsx";
import { withNamed } from "../../ui/hidden-characters.ts";
import { countText } from "../../ui/numbers.ts";
import { useCommands } from "../../commands/commands.tsx";
import { CommentWriter } from "./comment.tsx";
import { changeRequest, requestText, waitingApproval } from "./change-request.ts";
import { type DraftComment, dropComments } from "./kept.ts";

export type SendBack = { readonly path: string; readonly what: string };

type SendProps = {
  readonly run: RunView;
  readonly comments: readonly DraftComment[];
  readonly sendBack: SendBack | null;
  readonly onDone: () => void;
};

export function SendBar({ run, comments, sendBack, onDone }: SendProps) {
  const command = useCommand(run.run);
  const send = (sent: readonly DraftComment[], note: string): void => {
    if (command.isPending) return;
    command.mutate(changeRequest(run, requestText(sent, note)), {
      onSuccess: () => {
        dropComments(
          run.run,
          sent.map(({ id }) => id),
        );
        toast.success("Sent to the author as one change request.");
        onDone();
      },
    });
  };
  if (sendBack !== null) {
    return <SendBackForm sendBack={sendBack} comments={comments} onSend={send} onCancel={onDone} />;
  }
  if (comments.length === 0) return null;
  const isAnswer = waitingApproval(run) !== null;
  return (
    <Draft comments={comments} isAnswer={isAnswer} isSending={command.isPending} onSend={send} />
  );
}

type Send = (sent: readonly DraftComment[], note: string) => void;

type FormProps = {
  readonly sendBack: SendBack;
  readonly comments: readonly DraftComment[];
  readonly onSend: Send;
  readonly onCancel: () => void;
};

/** One file or hunk goes back with a person's words, and what their draft says of that file. */
function SendBackForm({ sendBack, comments, onSend, onCancel }: FormProps) {
  const about = comments.filter(({ path }) => path === sendBack.path);
  return (
    <section aria-label="Send back" className="border-t border-line bg-surface">
      <CommentWriter
        key={sendBack.what}
        label={`What has to change in ${withNamed(sendBack.what)}?`}
        action="Send to the author"
        onCancel={onCancel}
        onSave={(text) => onSend(about, `${sendBack.what}\n${text}`)}
      />
      {about.length > 0 && (
        <p className="px-3 pb-2 text-muted">
          {countText(about.length, "comment")} of your draft on this file{" "}
          {about.length === 1 ? "goes" : "go"} along.
        </p>
      )}
    </section>
  );
}

type DraftProps = {
  readonly comments: readonly DraftComment[];
  /** An approval waits, and sending answers it. */
  readonly isAnswer: boolean;
  readonly isSending: boolean;
  readonly onSend: Send;
};

function Draft({ comments, isAnswer, isSending, onSend }: DraftProps) {
  const [isAdding, setAdding] = useState(false);
  const sendAll = (): void => onSend(comments, "");
  useCommands([
    {
      id: "diff.send",
      title: "Send the draft to the author",
      group: "Diff",
      keys: "x",
      run: sendAll,
    },
  ]);
  return (
    <section
      aria-label="Your draft"
      className="flex flex-wrap items-center gap-3 border-t border-line bg-surface px-3 py-2"
    >
      <p>
        {countText(comments.length, "comment")} in your draft, kept in this browser.{" "}
        <span className="text-muted">
          {isAnswer
            ? "Sending asks for changes and answers the approval."
            : "Sending gives the work back to the author."}
        </span>
      </p>
      {isAdding ? (
        <CommentWriter
          label="What else to say"
          action="Send to the author"
          onCancel={() => setAdding(false)}
          onSave={(text) => onSend(comments, text)}
        />
      ) : (
        <span className="ml-auto flex gap-2">
          <Button onClick={() => setAdding(true)}>Add words</Button>
          <Button emphasis="primary" shortcut="x" disabled={isSending} onClick={sendAll}>
            Send to the author
          </Button>
        </span>
      )}
    </section>
  );
}
