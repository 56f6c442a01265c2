/** Hosts that a run was refused: asked about once, answered for good, and nothing waits. */
import { describe, expect, it } from "vitest";
import { attention } from "../../src/domain/attention.ts";
import { EGRESS_HOSTS_MAX } from "../../src/domain/limits.ts";
import { statusOf } from "../../src/domain/status.ts";
import { playTo } from "./play.ts";
import { AGENT, PERSON, WORKER } from "./scene.ts";
import { apply, newWorld, settle, resultFor, type World } from "./world.ts";

const HOST = "registry.example:443";

const refused = (targets: readonly string[] = [HOST]): World => {
  const world = newWorld();
  const { id } = playTo(world, "agent.turn");
  for (const target of targets) apply(world, { kind: "egress.deny", effect: id, target }, WORKER);
  return world;
};

describe("a host that was refused", () => {
  it("is asked about once, and the agent goes on working", () => {
    const world = refused([HOST, HOST, HOST]);
    expect(attention(world.state)).toMatchObject([
      {
        id: `egress:${HOST}`,
        kind: "egress",
        step: "spec",
        asks: `spec was refused the way to ${HOST}`,
        answers: [
          { name: "allow", command: `tutti permit allow ${world.state.id} egress:${HOST}` },
          { name: "allow-project" },
          { name: "deny" },
        ],
      },
    ]);
    expect(statusOf(world.state)).toMatchObject({ state: "working", text: "spec" });
    const turn = playTo(world, "agent.turn");
    expect(settle(world, turn, resultFor(world, turn, 1))).toBeNull();
  });

  it("is allowed by a person, for the run or the project, and may be refused again", () => {
    const world = refused();
    expect(
      apply(world, { kind: "egress.allow", target: HOST, scope: "project" }, PERSON),
    ).toBeNull();
    expect(world.state.egress).toEqual({
      denied: [],
      allowed: [{ target: HOST, scope: "project", by: "kim" }],
      refused: [],
    });
    expect(attention(world.state)).toEqual([]);
    expect(apply(world, { kind: "egress.refuse", target: HOST }, PERSON)).toBeNull();
    expect(world.state.egress).toEqual({ denied: [], allowed: [], refused: [HOST] });
  });

  it("that stays refused is not asked about again", () => {
    const world = refused();
    const { id } = playTo(world, "agent.turn");
    expect(apply(world, { kind: "egress.refuse", target: HOST }, PERSON)).toBeNull();
    expect(apply(world, { kind: "egress.deny", effect: id, target: HOST }, WORKER)).toBeNull();
    expect(attention(world.state)).toEqual([]);
  });

  it("is neither allowed by an agent nor before anything asked for it", () => {
    const world = refused();
    const allow = { kind: "egress.allow", target: HOST, scope: "run" } as const;
    expect(apply(world, allow, AGENT)).toBe("actor.not-allowed");
    expect(apply(world, allow, WORKER)).toBe("actor.not-allowed");
    const other = { ...allow, target: "other.example:443" };
    expect(apply(world, other, PERSON)).toBe("egress.unknown");
    expect(
      apply(
        world,
        { kind: "egress.deny", effect: playTo(world, "agent.turn").id, target: HOST },
        PERSON,
      ),
    ).toBe("actor.not-allowed");
  });

  it("is recorded up to a bound, and so is what an agent tries by the thousand", () => {
    const many = Array.from({ length: EGRESS_HOSTS_MAX + 40 }, (_none, at) => `h${at}.example:443`);
    const { state } = refused(many);
    expect(state.egress.denied).toHaveLength(EGRESS_HOSTS_MAX);
  });
});
