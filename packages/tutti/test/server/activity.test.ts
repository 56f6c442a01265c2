/** Which transcripts grew, as readers at different places see it. */
import { expect, it } from "vitest";
import { type ActivityFeed, openActivity } from "../../src/server/activity.ts";
import { memoryEngine } from "./memory-engine.ts";

const SIGNAL = new AbortController().signal;
const ONE = "r-aaaaaa/build/1";
const OTHER = "r-bbbbbb/build/1";

const totals = (feed: ActivityFeed, after: number, run: string | null = null) => {
  const frame = feed.after(after, run);
  if (frame === null) return null;
  const [, data = ""] = /^event: activity\ndata: (.*)\n\n$/u.exec(frame) ?? [];
  const { sessions }: { sessions: Record<string, { total: number }> } = JSON.parse(data);
  return Object.fromEntries(Object.entries(sessions).map(([name, { total }]) => [name, total]));
};

it("what grew within a beat is one frame, and a reader that is behind gets all of it once", async () => {
  const engine = memoryEngine();
  using feed = openActivity(engine);
  for (let index = 0; index < 50; index += 1) engine.say(ONE, "word");
  expect(totals(feed, 0)).toBeNull();
  await feed.changed(0, { signal: SIGNAL });
  expect(feed.beat()).toBe(1);
  expect(totals(feed, 0)).toEqual({ [ONE]: 50 });
  engine.say(OTHER, "word");
  await feed.changed(1, { signal: SIGNAL });
  expect(totals(feed, 1)).toEqual({ [OTHER]: 1 });
  expect(totals(feed, 0)).toEqual({ [ONE]: 50, [OTHER]: 1 });
  expect(totals(feed, 0, "r-aaaaaa")).toEqual({ [ONE]: 50 });
  expect(totals(feed, 1, "r-aaaaaa")).toBeNull();
  expect(totals(feed, 2)).toBeNull();
});

it("growth between a beat and the reading of it is of the next beat", async () => {
  const engine = memoryEngine();
  using feed = openActivity(engine);
  engine.say(ONE, "word");
  await feed.changed(0, { signal: SIGNAL });
  engine.say(ONE, "word");
  const seen = feed.beat();
  await feed.changed(seen, { signal: SIGNAL });
  expect(totals(feed, seen)).toEqual({ [ONE]: 2 });
});
