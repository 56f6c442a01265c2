import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { attention } from "../../src/domain/attention.ts";
import { playTo } from "./play.ts";
import { apply, newWorld } from "./world.ts";

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
