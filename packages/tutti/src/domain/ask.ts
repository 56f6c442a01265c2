/** One thing that a person is asked, before it is an item of the queue. */
import type {
  AttentionAnswer,
  AttentionKind,
  QuestionField,
  RunDocument,
  Sha256,
  StepKey,
} from "@tutti/protocol";

export type Ask = {
  kind: AttentionKind;
  step: StepKey | null;
  since: number;
  asks: string;
  why: string;
  subject?: Sha256;
  details?: readonly string[];
  answers: readonly AttentionAnswer[];
  fields?: readonly QuestionField[];
  about?: string;
};

export const answer = (name: string, label: string, command: string): AttentionAnswer => ({
  name,
  label,
  needsText: command.includes("TEXT"),
  command,
});

export const cancelAnswer = (state: RunDocument): AttentionAnswer =>
  answer("cancel", "Cancel the run", `tutti cancel ${state.id}`);
