import { describe, expect, it } from "vitest";
import type { Actor, SeenFiles } from "@tutti/protocol";
import { SEEN_MAX, seenCount, seenOf } from "../../src/domain/seen.ts";
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

  it("is told once however often it is said at once, and is bounded", () => {
    const world = atApproval();
    const twice = { path: "a.ts", hunks: ["-1 +1", "-1 +1"] };
    see(world, [twice, twice]);
    expect(seenOf(world.state, "kim")).toEqual([{ path: "a.ts", hunks: ["-1 +1"] }]);
    const many = Array.from({ length: SEEN_MAX }, (_, at) => ({ path: `${at}`, hunks: ["-1 +1"] }));
    see(world, many);
    const files = seenOf(world.state, "kim");
    expect(files.reduce((sum, { hunks }) => sum + 1 + hunks.length, 0)).toBe(SEEN_MAX);
    const { length } = world.events;
    see(world, [{ path: "more.ts", hunks: ["-1 +1"] }]);
    expect(world.events.length).toBe(length);
    see(world, [twice], { kind: "person", id: "lou" });
    expect(seenOf(world.state, "lou")).toHaveLength(1);
  });

  it("says nothing of another candidate", () => {
    const world = atApproval();
    const files = [{ path: "a.ts", hunks: ["-1 +1"] }];
    const old = { kind: "change.see", candidate: commit("old"), files } as const;
    expect(apply(world, old, KIM)).toBe("candidate.moved");
    see(world, files);
    const { candidate } = world.state;
    const next = candidate === null ? null : { ...candidate, commit: commit("next") };
    expect(seenOf(world.state, "kim")).toEqual(files);
    expect(seenOf({ ...world.state, candidate: next }, "kim")).toEqual([]);
  });
});
