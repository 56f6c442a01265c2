import { describe, expect, it } from "vitest";
import type { Actor, SeenFiles } from "@tutti/protocol";
import { seenCount } from "../../src/domain/seen.ts";
import { asked, playUntil } from "./play.ts";
import { commit } from "./scene.ts";
import { apply, newWorld, type World } from "./world.ts";

const KIM: Actor = { kind: "person", id: "kim" };
const OF = { files: 2, hunks: 3 };

const atApproval = (): World =>
  playUntil(newWorld(), (world) => asked(world).includes("approval:approve-merge"));

const see = (world: World, files: SeenFiles, actor = KIM): string | null => {
  const candidate = world.state.candidate?.commit ?? commit("none");
  return apply(world, { kind: "change.see", candidate, files }, actor);
};

describe("what a person has seen of the candidate", () => {
  it("adds up by person, and what they saw before is not told again", () => {
    const world = atApproval();
    expect(seenCount(world.state, "kim", OF)).toBeNull();
    see(world, [{ path: "a.ts", hunks: ["-1 +1"] }]);
    const { length } = world.events;
    see(world, [{ path: "a.ts", hunks: ["-1 +1"] }]);
    expect(world.events.length).toBe(length);
    see(world, [
      { path: "a.ts", hunks: ["-1 +1", "-9 +9"] },
      { path: "b.bin", hunks: [] },
    ]);
    see(world, [{ path: "b.bin", hunks: [] }], { kind: "person", id: "lou" });
    expect(seenCount(world.state, "kim", OF)).toEqual({ files: 2, hunks: 2, of: OF });
    expect(seenCount(world.state, "lou", OF)).toEqual({ files: 1, hunks: 0, of: OF });
    expect(asked(world)).toEqual(["approval:approve-merge"]);
  });

  it("says nothing of another candidate", () => {
    const world = atApproval();
    const files = [{ path: "a.ts", hunks: ["-1 +1"] }];
    const old = { kind: "change.see", candidate: commit("old"), files } as const;
    expect(apply(world, old, KIM)).toBe("candidate.moved");
  });
});
