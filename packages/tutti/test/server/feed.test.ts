import { type RunEvent, RunId } from "@tutti/protocol";
import { expect, it } from "vitest";
import { openFeed } from "../../src/server/feed.ts";

const RUN = RunId.parse("r-abcdef123456");
const event = (seq: number): RunEvent => ({
  seq,
  run: RUN,
  version: seq,
  at: seq,
  actor: { kind: "system", part: "test" },
  schema: 1,
  body: { type: "run.resumed" },
});

/** A store whose events are told of as the test says. */
const createSource = () => {
  const stored: RunEvent[] = [];
  const listeners: ((events: readonly RunEvent[]) => void)[] = [];
  return {
    stored,
    tell: (events: readonly RunEvent[]) => {
      for (const listener of listeners) listener(events);
    },
    engine: {
      head: () => stored.at(-1)?.seq ?? 0,
      events: (after: number, limit: number) =>
        stored.filter(({ seq }) => seq > after).slice(0, limit),
      subscribe: (listener: (events: readonly RunEvent[]) => void) => {
        listeners.push(listener);
        return () => undefined;
      },
    },
  };
};

it("a reader gets every event once and in order, whatever order runs are told of in", () => {
  const { stored, tell, engine } = createSource();
  using feed = openFeed(engine);
  stored.push(event(1), event(2), event(3), event(4));
  tell([event(3), event(4)]);
  const first = feed.after(0).map(({ seq }) => seq);
  tell([event(1), event(2)]);
  const later = feed.after(first.at(-1) ?? 0).map(({ seq }) => seq);
  stored.push(event(5));
  tell([event(5)]);
  const last = feed.after(4).map(({ seq }) => seq);
  expect([first, later, last]).toEqual([[1, 2, 3, 4], [], [5]]);
  expect(feed.head()).toBe(5);
});
