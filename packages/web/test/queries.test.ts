/** What is read when, whatever events and networks do. */
import { onlineManager, QueryObserver } from "@tanstack/react-query";
import { afterEach, describe, expect, it } from "vitest";
import { createQueryClient, refreshRuns } from "../src/api/queries.ts";

afterEach(() => onlineManager.setOnline(true));

/** A list on screen whose every read is answered when the test says so. */
const openList = () => {
  const client = createQueryClient();
  const reads: { readonly signal: AbortSignal; readonly answer: (text: string) => void }[] = [];
  const waiting: (() => void)[] = [];
  const observer = new QueryObserver(client, {
    queryKey: ["runs"],
    queryFn: ({ signal }) => {
      const { promise, resolve } = Promise.withResolvers<string>();
      reads.push({ signal, answer: resolve });
      for (const told of waiting.splice(0)) told();
      return promise;
    },
  });
  const shown: string[] = [];
  const leave = observer.subscribe(({ data }) => {
    if (data !== undefined && shown.at(-1) !== data) shown.push(data);
  });
  const read = async (number: number) => {
    while (reads.length < number) await new Promise<void>((resolve) => waiting.push(resolve));
    return reads[number - 1];
  };
  return { client, reads, read, shown, [Symbol.dispose]: leave };
};

const events = (client: ReturnType<typeof createQueryClient>, count: number): void => {
  for (let index = 0; index < count; index += 1) refreshRuns(client, new Set(["r-1"]));
};

describe("a list that is read more slowly than events come", () => {
  it("is shown at each answer, and is read once more for all events that came meanwhile", async () => {
    using list = openList();
    (await list.read(1))?.answer("one");
    await expect.poll(() => list.shown).toEqual(["one"]);
    events(list.client, 1);
    const second = await list.read(2);
    events(list.client, 5);
    expect(second?.signal.aborted).toBe(false);
    second?.answer("two");
    (await list.read(3))?.answer("three");
    await expect.poll(() => list.shown).toEqual(["one", "two", "three"]);
    await expect.poll(() => list.client.isFetching()).toBe(0);
    expect(list.reads).toHaveLength(3);
  });

  it("is read again when an event comes while it is read for the first time", async () => {
    using list = openList();
    const first = await list.read(1);
    events(list.client, 1);
    first?.answer("from before the event");
    (await list.read(2))?.answer("from after it");
    await expect.poll(() => list.shown.at(-1)).toBe("from after it");
  });
});

describe("without a network", () => {
  it("the daemon of this machine is asked all the same", async () => {
    onlineManager.setOnline(false);
    const client = createQueryClient();
    const read = client.fetchQuery({ queryKey: ["runs"], queryFn: async () => "read" });
    const options = { mutationFn: async () => "done" };
    const done = client.getMutationCache().build(client, options).execute(undefined);
    const late = new Promise((resolve) => void setTimeout(resolve, 2000, "it waits for a network"));
    expect(await Promise.race([Promise.all([read, done]), late])).toEqual(["read", "done"]);
  });
});
