import { execFileSync } from "node:child_process";
import { type Command, StepKey } from "@tutti/protocol";
import { describe, expect, test } from "vitest";
import { attention } from "../../src/domain/attention.ts";
import { stepState } from "../../src/domain/steps.ts";
import { statusOf } from "../../src/domain/status.ts";
import { asked, effectsOfKind, playTo, playUntil } from "./play.ts";
import { commit } from "./scene.ts";
import { apply, newWorld, resultFor, settle, type World } from "./world.ts";

/** The command that answers with an option of this id. */
function commandFor(id: string): string {
  const world = newWorld();
  const turn = playTo(world, "agent.turn");
  const options = [{ id, name: "Yes", kind: "allow_once" as const }];
  const ask = { kind: "permission.ask", permission: "q-1", effect: turn.id } as const;
  const system = { kind: "system", part: "agents" } as const;
  expect(apply(world, { ...ask, title: "may I?", detail: "", options }, system)).toBeNull();
  return attention(world.state).flatMap(({ answers }) => answers)[0]?.command ?? "";
}

describe("the command that answers a permission", () => {
  test.each([
    "allow_always",
    "--json",
    "a b",
    "x; touch /tmp/owned",
    "$(id)`id`",
    "it's",
    "'; id; '",
    "*",
    "",
  ])("gives a shell the agent's id %j as part of one word", (id) => {
    const command = commandFor(id);
    const words = execFileSync("sh", ["-c", `tutti() { printf '%s\\n' "$@"; }; ${command}`], {
      encoding: "utf8",
    });
    expect(words.split("\n").slice(4)).toEqual([`--option=${id}`, ""]);
  });

  test.each(["a\nb", "\u001B[2Jyes", "yes\u202E", "\u0000"])(
    "does not hold an id that a terminal would obey: %j",
    (id) => {
      expect(commandFor(id)).toBe("tutti permit ls");
    },
  );
});

const sinceOf = (world: World, id: string): number | undefined =>
  attention(world.state).find((item) => item.id === id)?.since;

describe("since when something is asked", () => {
  const KIM = { kind: "person", id: "kim" } as const;
  const MERGE = "approval:approve-merge";
  const atMerge = (): World => playUntil(newWorld(), (world) => asked(world).includes(MERGE));

  test("is when it was asked, whatever is read, said, opened or paused meanwhile", () => {
    const world = atMerge();
    const since = sinceOf(world, MERGE);
    expect(since).toBe(world.now);
    const { candidate } = world.state;
    const given: readonly Command[] = [
      { kind: "comment.add", on: "run", text: "I look at it." },
      {
        kind: "change.see",
        candidate: candidate?.commit ?? commit("none"),
        files: [{ path: "a.ts", hunks: [] }],
      },
      { kind: "run.pause", reason: "lunch" },
      { kind: "run.resume" },
    ];
    for (const command of given) expect(apply(world, command, KIM)).toBeNull();
    expect(sinceOf(world, MERGE)).toBe(since);
    expect(world.state.updatedAt).toBe(world.now);
  });

  test("is anew once something else is asked about", () => {
    const world = atMerge();
    const since = sinceOf(world, MERGE) ?? 0;
    expect(apply(world, { kind: "work.return", comment: "Also zero." }, KIM)).toBeNull();
    expect(sinceOf(world, MERGE)).toBeUndefined();
    playUntil(world, () => asked(world).includes(MERGE));
    expect(sinceOf(world, MERGE)).toBeGreaterThan(since);
  });

  test("of a workspace that a person has is when they took it over", () => {
    const world = atMerge();
    expect(apply(world, { kind: "workspace.take" }, KIM)).toBeNull();
    const since = sinceOf(world, "taken:run");
    expect(since).toBe(world.now);
    expect(apply(world, { kind: "comment.add", on: "run", text: "Mine." }, KIM)).toBeNull();
    expect(sinceOf(world, "taken:run")).toBe(since);
  });
});

test("a run that waits and is paused says both, since an answer would not move it", () => {
  const world = playUntil(newWorld(), (one) => asked(one).includes("approval:approve-merge"));
  const KIM = { kind: "person", id: "kim" } as const;
  const { text } = statusOf(world.state);
  expect(apply(world, { kind: "run.pause", reason: "lunch" }, KIM)).toBeNull();
  expect(statusOf(world.state)).toMatchObject({ state: "waiting", text: `paused · ${text}` });
  expect(apply(world, { kind: "run.resume" }, KIM)).toBeNull();
  expect(statusOf(world.state).text).toBe(text);
});

test("a gate that sent the work back as often as it may is a loop", () => {
  const world = newWorld();
  playUntil(world, () => {
    const [check] = effectsOfKind(world, "checks.run").filter(
      ({ payload }) => payload.on === "candidate",
    );
    if (check !== undefined) settle(world, check, resultFor(world, check, 3));
    return asked(world).includes("loop:test");
  });
  expect(stepState(world.state, StepKey.parse("test")).rounds).toBe(3);
  const [item] = attention(world.state).filter(({ kind }) => kind === "loop");
  expect(item).toMatchObject({
    why: "the work went back to the author 3 times, and it is not right yet",
    answers: [{ name: "retry" }, { name: "changes" }, { name: "waive" }, { name: "cancel" }],
  });
});
