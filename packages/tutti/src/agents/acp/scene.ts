/** What happens in a session, whether a turn is running or not: messages become events of the turn. */
import type { AgentEvent } from "../../engine/ports/agents.ts";
import type { Clock } from "../../engine/ports/clock.ts";
import type { Feed } from "./feed.ts";
import { IDLE_MAX_ENTRIES } from "./limits.ts";
import type { Conversation } from "./link.ts";
import { SessionNotification } from "./messages.ts";
import type { Asking } from "./open-asks.ts";
import type { Desk } from "./permissions.ts";
import { createDesk } from "./permissions.ts";
import { createQuestionDesk, type QuestionDesk } from "./questions.ts";
import { createReports, type Reports } from "./reports.ts";
import type { Transcriber } from "./transcript.ts";
import { createTranscriber } from "./transcript.ts";
import type { TurnClock } from "./turn-clock.ts";

type Turn = { readonly feed: Feed<AgentEvent>; readonly clock: TurnClock };

export type Scene = Reports & {
  readonly conversation: Conversation;
  readonly transcriber: Transcriber;
  readonly desk: Desk;
  readonly questions: QuestionDesk;
  /** Nobody answers any more what was asked. */
  readonly cancelAsked: () => void;
  /** Starts a turn: what came since the last one goes first. */
  readonly enter: (turn: Turn) => void;
  readonly leave: () => void;
};

const askingIn = ({ clock }: Turn, emit: (event: AgentEvent) => void): Asking => ({
  emit,
  hold: clock.hold,
  release: clock.release,
});

export const createScene = (clock: Clock): Scene => {
  let turn: Turn | null = null;
  let idle: AgentEvent[] = [];
  const { note, ...reports } = createReports();

  const emit = (event: AgentEvent): void => {
    if (turn !== null) turn.feed.push(event);
    else if (event.kind === "entry" && idle.length < IDLE_MAX_ENTRIES) idle.push(event);
  };
  const transcriber = createTranscriber(
    clock,
    (entry) => emit({ kind: "entry", entry }),
    (bytes) => emit({ kind: "image", bytes }),
  );
  const desk = createDesk(transcriber);
  const questions = createQuestionDesk(transcriber);

  const room = async (): Promise<void> => {
    if (turn?.feed.isFull() !== true) return;
    const { feed, clock: turnClock } = turn;
    turnClock.hold();
    await feed.room();
    turnClock.release();
  };

  const updated = (params: unknown): void => {
    const { data } = SessionNotification.safeParse(params);
    if (data?.update === undefined) return;
    if (note(data.update)) transcriber.update(data.update);
  };

  return {
    transcriber,
    desk,
    questions,
    cancelAsked: () => {
      desk.cancelAll();
      questions.cancelAll();
    },
    ...reports,
    conversation: {
      room,
      updated,
      heard: () => turn?.clock.heard(),
      output: (stream, text) => transcriber.output(stream, text),
      asked: async (params, signal) =>
        turn === null ? { outcome: "cancelled" } : desk.ask(params, askingIn(turn, emit), signal),
      questioned: async (params, signal) =>
        turn === null ? { action: "cancel" } : questions.ask(params, askingIn(turn, emit), signal),
    },
    enter: (next) => {
      turn = next;
      for (const event of idle) next.feed.push(event);
      idle = [];
    },
    leave: () => {
      turn = null;
    },
  };
};
