/** A person's edit of an artifact rests on the text that they saw. */
import type { Command } from "@tutti/protocol";
import { expect, it } from "vitest";
import { decide } from "../../src/domain/decide/decide.ts";
import { hashOf } from "../../src/domain/hash.ts";
import { playTo } from "./play.ts";
import { PERSON } from "./scene.ts";
import { newWorld } from "./world.ts";

const edit = (text: string, replaces?: string): Command => ({
  kind: "artifact.amend",
  artifact: { name: "spec.md", hash: hashOf(text), bytes: 1 },
  data: { kind: "text" },
  ...(replaces === undefined ? {} : { replaces }),
});

it("an edit of a text that was replaced meanwhile is refused, and one of the present text holds", () => {
  const world = newWorld();
  playTo(world, "landing.prepare");
  const seen = world.state.artifacts["spec.md"]?.artifact.hash ?? "";
  const context = { now: world.now, actor: PERSON };
  const first = decide(world.state, edit("mine", seen), context);
  if (first.kind === "rejected") throw new Error(first.message);
  expect(first.state.artifacts["spec.md"]?.artifact.hash).toBe(hashOf("mine"));

  expect(decide(first.state, edit("theirs", seen), context)).toMatchObject({
    kind: "rejected",
    code: "artifact.changed",
  });
  expect(decide(first.state, edit("theirs"), context).kind).toBe("accepted");
  // The same edit sent again changes nothing and refuses nothing.
  expect(decide(first.state, edit("mine", seen), context)).toMatchObject({ events: [] });
});

it.each(["notes.md", "constructor", "valueOf"])(
  "a text that the run has not, %s, is refused",
  (name) => {
    const world = newWorld();
    playTo(world, "landing.prepare");
    const none: Command = {
      kind: "artifact.amend",
      artifact: { name, hash: hashOf("mine"), bytes: 1 },
      data: { kind: "text" },
    };
    expect(decide(world.state, none, { now: world.now, actor: PERSON })).toMatchObject({
      kind: "rejected",
      code: "artifact.unknown",
    });
  },
);
