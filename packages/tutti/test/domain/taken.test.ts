import { describe, expect, it } from "vitest";
import type { Actor } from "@tutti/protocol";
import { apply, newWorld } from "./world.ts";
import { asked, playTo, playUntil, settleWell } from "./play.ts";

const PERSON: Actor = { kind: "person", id: "kim" };

describe("a workspace that a person has taken", () => {
  it("asks for no approval of the candidate until the person's work is the candidate", () => {
    const world = playUntil(newWorld(), (present) =>
      asked(present).includes("approval:approve-merge"),
    );
    const subject = world.state.candidate?.commit;
    expect(apply(world, { kind: "workspace.take" }, PERSON)).toBeNull();
    expect(asked(world)).toEqual(["taken:run"]);
    expect(apply(world, { kind: "workspace.give" }, PERSON)).toBeNull();
    expect(asked(world)).toEqual([]);
    settleWell(world, playTo(world, "checkpoint.create"));
    expect(world.state.candidate?.commit).not.toBe(subject);
  });
});
