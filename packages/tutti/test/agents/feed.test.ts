import { expect, it } from "vitest";
import { createFeed } from "../../src/agents/acp/feed.ts";
import { FEED_MAX_EVENTS } from "../../src/agents/acp/limits.ts";

const fill = (count: number) => {
  const feed = createFeed<number>();
  for (let item = 0; item < count; item += 1) feed.push(item);
  return feed;
};

const isSettled = async (promise: Promise<void>): Promise<boolean> =>
  await Promise.race([
    promise.then(() => true),
    new Promise<boolean>((resolve) => {
      setImmediate(resolve, false);
    }),
  ]);

it("delivers in order what was pushed before and after reading began, and ends", async () => {
  const feed = fill(2);
  const read: number[] = [];
  for await (const item of feed) {
    read.push(item);
    if (item === 1) setImmediate(() => feed.push(2));
    if (item === 2) feed.close();
  }
  expect(read).toEqual([0, 1, 2]);
});

it("has no room when it is full, and has room again when the reader takes what waits", async () => {
  const feed = fill(FEED_MAX_EVENTS);
  const room = feed.room();
  expect(feed.isFull()).toBe(true);
  expect(await isSettled(room)).toBe(false);
  await feed[Symbol.asyncIterator]().next();
  expect(await isSettled(room)).toBe(true);
});

it("has room at once when the reader left, and drops what comes", async () => {
  const feed = fill(FEED_MAX_EVENTS);
  const room = feed.room();
  feed.abandon();
  feed.push(1);
  expect(await isSettled(room)).toBe(true);
  expect(await feed[Symbol.asyncIterator]().next()).toMatchObject({ done: true });
});
