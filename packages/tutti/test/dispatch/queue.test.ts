import { describe, expect, it } from "vitest";
import { sampleEffect, sampleRunId } from "../../../../test/fixtures/runs.ts";
import type { Entry } from "../../src/dispatch/local/entry.ts";
import { Queue } from "../../src/dispatch/local/queue.ts";

const run = sampleRunId(1);

const entry = (number: number, ...groups: Entry["groups"]): Entry => ({
  effect: sampleEffect(run, number),
  groups,
  attempt: 1,
  controller: new AbortController(),
  isCancelled: false,
});

const takeAll = (queue: Queue): Entry[] => {
  const taken: Entry[] = [];
  for (let next = queue.take(); next !== null; next = queue.take()) taken.push(next);
  return taken;
};

describe("the queue", () => {
  const machine = { name: "machine", limit: 3 };
  const anthropic = { name: "family:anthropic", limit: 1 };
  const openai = { name: "family:openai", limit: 2 };

  it("hands out in order of arrival across lines", () => {
    const queue = new Queue();
    const all = [entry(1, machine), entry(2), entry(3, openai), entry(4)];
    for (const one of all) queue.add(one);
    expect(takeAll(queue)).toEqual(all);
  });

  it("takes the next of another line when a group is full, and the first again once it is free", () => {
    const queue = new Queue();
    const [first, second, third] = [
      entry(1, machine, anthropic),
      entry(2, machine, anthropic),
      entry(3, machine, openai),
    ];
    for (const one of [first, second, third]) queue.add(one);
    expect(takeAll(queue)).toEqual([first, third]);
    queue.free(first);
    expect(takeAll(queue)).toEqual([second]);
  });

  it("goes on with what a run began before another begins, even one that has waited longer", () => {
    const queue = new Queue();
    const landing = { name: "landing:main", limit: 1 };
    const begun = entry(1, landing);
    const waiting = entry(2, landing);
    const next = entry(3, machine, { ...landing, isContinued: true });
    queue.add(begun);
    expect(takeAll(queue)).toEqual([begun]);
    queue.add(waiting);
    queue.add(next);
    expect(takeAll(queue)).toEqual([]);
    queue.free(begun);
    expect(takeAll(queue)).toEqual([next]);
    queue.free(next);
    expect(takeAll(queue)).toEqual([waiting]);
  });

  it("keeps the place of what goes on while that waits for another group", () => {
    const queue = new Queue();
    const commands = { name: "commands", limit: 1 };
    const landing = { name: "landing:main", limit: 1 };
    const [busy, begun] = [entry(1, commands), entry(2, landing)];
    queue.add(busy);
    queue.add(begun);
    expect(takeAll(queue)).toEqual([busy, begun]);
    const [waiting, next] = [
      entry(3, landing),
      entry(4, commands, { ...landing, isContinued: true }),
    ];
    queue.add(waiting);
    queue.add(next);
    queue.free(begun);
    expect(takeAll(queue)).toEqual([]);
    queue.free(busy);
    expect(takeAll(queue)).toEqual([next]);
    queue.free(next);
    expect(takeAll(queue)).toEqual([waiting]);
  });

  it("never gives what was removed", () => {
    const queue = new Queue();
    const [first, second] = [entry(1), entry(2)];
    queue.add(first);
    queue.add(second);
    expect(queue.remove(first)).toBe(true);
    expect(queue.remove(first)).toBe(false);
    expect(takeAll(queue)).toEqual([second]);
    expect(queue.take()).toBeNull();
  });

  it("stays quick with ten thousand that have to wait", () => {
    const queue = new Queue();
    for (let number = 0; number < 10_000; number += 1) queue.add(entry(number, anthropic));
    const taken: Entry[] = [];
    for (let next = queue.take(); next !== null; next = queue.take()) {
      taken.push(next);
      expect(queue.take()).toBeNull();
      queue.free(next);
    }
    expect(taken).toHaveLength(10_000);
  });
});
