import { EffectId, NO_FACTS, RunId } from "@tutti/protocol";
import { expect, test } from "vitest";
import { createFeed } from "../../src/engine/feed.ts";
import { createPermissions } from "../../src/engine/permissions.ts";

test("a listener that fails takes no news from the others, and no command fails by it", () => {
  const logged: string[] = [];
  const heard: number[] = [];
  const feed = createFeed((message) => logged.push(message));
  feed.subscribe(() => {
    throw new Error("broken");
  });
  feed.subscribe((events) => heard.push(events.length));
  feed.publish([]);
  expect(heard).toEqual([0]);
  expect(logged).toHaveLength(1);
});

test("a session that is being ended asks nobody", async () => {
  const handled: string[] = [];
  const permissions = createPermissions({
    nextId: () => "q-1",
    handle: async (_run, command) => {
      handled.push(command.kind);
      return await Promise.resolve({ kind: "accepted" });
    },
  });
  const ended = AbortSignal.abort();
  const effect = {
    id: EffectId.parse("e-abcdef123456-1"),
    run: RunId.parse("r-abcdef123456"),
    payload: { kind: "workspace.prepare" as const },
    notBefore: null,
  };
  const question = { effect, title: "may I?", detail: "", options: [], facts: NO_FACTS };
  expect(
    await permissions.ask(question, { signal: ended, gone: new AbortController().signal }),
  ).toBe(null);
  expect(handled).toEqual([]);
});
