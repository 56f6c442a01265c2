/**
 * What people say to an agent in mid-turn. Nothing is kept here: the run's document has every word, so
 * what was said before a crash is in the next attempt's prompt. A message is in a prompt only after the
 * record says that it was given: whoever takes it back before that is sure that no agent reads it.
 */
import type { Comment, MessageId, RunEvent } from "@tutti/protocol";
import { isTold } from "../../domain/messages.ts";
import type { Work } from "./context.ts";

export type Steering = {
  /** Everything that people said, for the first prompt; what waited is given by this. */
  readonly open: () => Promise<readonly string[]>;
  /** What was said to the step since the prompt before, oldest first. */
  readonly take: () => Promise<readonly string[]>;
  /** Of the prompt that follows: aborts when a person interrupts it. */
  readonly interrupted: () => AbortSignal;
  readonly [Symbol.dispose]: () => void;
};

const NOTHING: Promise<readonly string[]> = Promise.resolve([]);

const DEAF: Steering = {
  open: () => NOTHING,
  take: () => NOTHING,
  interrupted: () => new AbortController().signal,
  [Symbol.dispose]: () => undefined,
};

/** Interrupts of the step that wait still, and the prompt that the next one aborts. */
const createInterrupts = ({ state, subscribe }: Work<"agent.turn">, step: string) => {
  const waiting = new Set<MessageId>();
  let prompt = new AbortController();
  const observe = ({ run, body }: RunEvent): void => {
    if (run !== state.id) return;
    if (body.type === "message.given") for (const message of body.messages) waiting.delete(message);
    if (body.type === "message.withdrawn") waiting.delete(body.message);
    if (body.type !== "turn.messaged" || body.step !== step || !body.interrupts) return;
    if (body.message !== undefined) waiting.add(body.message);
    prompt.abort();
  };
  const end = subscribe((events) => {
    for (const event of events) observe(event);
  });
  return {
    signal: () => prompt.signal,
    /** The prompt that follows; true when somebody interrupts it already. */
    begin: (): boolean => {
      prompt = new AbortController();
      return waiting.size > 0;
    },
    end,
  };
};

type Turn = Work<"agent.turn"> | Work<"review.turn">;

/** A reviewer judges the change alone. */
const hears = (work: Turn): work is Work<"agent.turn"> => work.payload.kind === "agent.turn";

export const openSteering = (work: Turn): Steering => (hears(work) ? listen(work) : DEAF);

const listen = (work: Work<"agent.turn">): Steering => {
  const { state, taken, give } = work;
  const { step } = work.payload;
  const interrupts = createInterrupts(work, step);
  let heard = 0;

  /** One that interrupts while others are given goes with them: a prompt that it ended would be lost. */
  const giveAll = async (opens: boolean): Promise<ReadonlySet<MessageId>> => {
    const given = new Set<MessageId>();
    for (;;) {
      const messages = await give({ opens });
      for (const message of messages) given.add(message);
      if (!interrupts.begin() || messages.length === 0) return given;
    }
  };

  const news = (isNews: (comment: Comment, at: number) => boolean): readonly Comment[] => {
    const { comments } = taken.document(state.id) ?? state;
    const found = comments.filter((comment, at) => isNews(comment, at));
    heard = comments.length;
    return found;
  };

  return {
    open: async () => {
      await giveAll(true);
      const told = news((comment) => isTold(comment));
      return told.map(({ by, on, text }) => `${by} on ${on}: ${text}`);
    },
    take: async () => {
      const given = await giveAll(false);
      const said = news(({ on, message }, at) =>
        message === undefined ? on === step && at >= heard : given.has(message.id),
      );
      return said.map(({ by, text }) => `${by}: ${text}`);
    },
    interrupted: interrupts.signal,
    [Symbol.dispose]: interrupts.end,
  };
};
