import { describe, expect, it } from "vitest";
import type { Actor, Command, EffectResult } from "@tutti/protocol";
import { asked, effectsOfKind, playTo, playUntil, settleWell } from "./play.ts";
import { commit, tree } from "./scene.ts";
import { apply, newWorld, settle, type World } from "./world.ts";

const PERSON: Actor = { kind: "person", id: "kim" };
const AGENT: Actor = { kind: "agent", agent: "a", family: "openai" };
const FILES = [{ path: "index.js", hunks: ["-1,2 +1,3"] }];

const atApproval = (): World =>
  playUntil(newWorld(), (world) => asked(world).includes("approval:approve-merge"));

const present = ({ state }: World) => {
  if (state.candidate === null) throw new Error("no candidate");
  return state.candidate;
};

const leaveOut = (world: World): Command => ({
  kind: "hunks.leave-out",
  candidate: present(world).commit,
  files: FILES,
  reason: "not asked for",
});

const made = (world: World, name: string): EffectResult => ({
  kind: "checkpoint.created",
  candidate: { commit: commit(name), tree: tree(name) },
  parent: present(world).commit,
  changed: ["index.js"],
});

const leftOut = (): World => {
  const world = atApproval();
  apply(world, leaveOut(world), PERSON);
  settle(world, playTo(world, "checkpoint.create"), made(world, "trimmed"));
  return world;
};

describe("leaving hunks out", () => {
  it("makes a candidate by that person, and checks and reviews run again on it", () => {
    const world = atApproval();
    const before = present(world);
    expect(apply(world, leaveOut(world), PERSON)).toBeNull();
    expect(asked(world)).toEqual([]);
    const effect = playTo(world, "checkpoint.create");
    expect(effect.payload.edit).toMatchObject({
      kind: "leave-out",
      candidate: before,
      files: FILES,
    });
    settle(world, effect, made(world, "trimmed"));
    expect(present(world).commit).toBe(commit("trimmed"));
    expect(world.state.leftOut).toMatchObject([{ before, by: "kim", files: FILES }]);
    expect(world.state.authors.at(-1)).toMatchObject({ name: "kim", family: "human" });
    expect(world.state.comments.map(({ text }) => text)).toEqual([
      "not asked for",
      'Left out of the change on purpose: "index.js" (-1,2 +1,3)',
    ]);
    expect(effectsOfKind(world, "checks.run").map(({ payload }) => payload.commit)).toEqual([
      commit("trimmed"),
    ]);
    expect(playTo(world, "review.turn").payload.candidate.commit).toBe(commit("trimmed"));
    playUntil(world, (at) => asked(at).includes("approval:approve-merge"));
    playUntil(world, ({ state }) => state.merged !== null);
    expect(world.state.finished?.outcome).toBe("merged");
  });

  it("is taken back to the very candidate that was there, which is checked again", () => {
    const world = atApproval();
    const before = present(world);
    apply(world, leaveOut(world), PERSON);
    settle(world, playTo(world, "checkpoint.create"), made(world, "trimmed"));
    const back = (): string | null =>
      apply(world, { kind: "hunks.put-back", candidate: present(world).commit }, PERSON);
    expect(back()).toBeNull();
    const effect = playTo(world, "checkpoint.create");
    expect(effect.payload.edit).toMatchObject({ kind: "put-back", before });
    settle(world, effect, {
      kind: "checkpoint.created",
      candidate: before,
      parent: present(world).commit,
      changed: ["index.js"],
    });
    expect(present(world)).toEqual(before);
    expect(world.state.leftOut).toEqual([]);
    expect(effectsOfKind(world, "checks.run").map(({ payload }) => payload.commit)).toEqual([
      before.commit,
    ]);
    expect(back()).toBe("hunks.none");
  });

  it("is refused of another candidate, to agents, and while somebody else writes", () => {
    const world = atApproval();
    const stale: Command = { ...leaveOut(world), candidate: commit("other") } as Command;
    expect(apply(world, stale, PERSON)).toBe("candidate.moved");
    expect(apply(world, leaveOut(world), AGENT)).toBe("actor.not-allowed");
    apply(world, { kind: "workspace.take" }, PERSON);
    expect(apply(world, leaveOut(world), PERSON)).toBe("workspace.taken");
    apply(world, { kind: "workspace.give" }, PERSON);
    expect(apply(world, leaveOut(world), PERSON)).toBe("workspace.busy");
    settleWell(world, playTo(world, "checkpoint.create"));
    apply(world, { kind: "work.return", comment: "again" }, PERSON);
    expect(apply(world, leaveOut(world), PERSON)).toBe("workspace.busy");
  });

  it("that fails leaves the candidate as it is, and its approval open", () => {
    const world = atApproval();
    const before = present(world);
    apply(world, leaveOut(world), PERSON);
    const failure = { code: "disk.full", message: "No space left", retry: "never" } as const;
    settle(world, playTo(world, "checkpoint.create"), { kind: "failed", failure });
    expect(present(world)).toEqual(before);
    expect(world.state.takenBy).toBeNull();
    expect(asked(world)).toEqual(["approval:approve-merge"]);
    expect(world.state.comments.at(-1)?.text).toContain("No space left");
  });

  it("ends with other work: what is left out of an older candidate cannot be taken back", () => {
    const world = leftOut();
    playUntil(world, (at) => asked(at).includes("approval:approve-merge"));
    apply(world, { kind: "workspace.take" }, PERSON);
    apply(world, { kind: "workspace.give" }, PERSON);
    settle(world, playTo(world, "checkpoint.create"), made(world, "mine"));
    const back = { kind: "hunks.put-back", candidate: present(world).commit } as const;
    expect(apply(world, back, PERSON)).toBe("hunks.none");
  });
});
