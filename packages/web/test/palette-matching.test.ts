import { RunId } from "@tutti/protocol";
import { describe, expect, it } from "vitest";
import {
  deedsFirst,
  grouped,
  latest,
  matching,
  stillFound,
} from "../src/features/palette/matching.ts";

const command = (id: string, title: string, group: string) => ({ id, title, group, run: () => {} });

const COMMANDS = [
  command("go.home", "Needs you", "Go to"),
  command("theme.dark", "Dark theme", "Appearance"),
  command("run.pause", "Pause the run", "Run"),
];

describe("the palette", () => {
  it("finds a command by the beginnings of its words, in any order and case", () => {
    expect(matching(COMMANDS, "THE da").map(({ id }) => id)).toEqual(["theme.dark"]);
    expect(matching(COMMANDS, "go ne").map(({ id }) => id)).toEqual(["go.home"]);
    expect(matching(COMMANDS, "ause")).toEqual([]);
  });

  it("lists everything for an empty query", () => {
    expect(matching(COMMANDS, " ")).toHaveLength(COMMANDS.length);
  });

  it("lists a command once that was declared again, as the later one has it", () => {
    const again = command("run.pause", "Pause it", "Run");
    expect(latest([...COMMANDS, again]).filter(({ id }) => id === "run.pause")).toEqual([again]);
  });

  it("keeps groups in the order of their first command", () => {
    const more = [...COMMANDS, command("go.board", "Board", "Go to")];
    expect(grouped(more).map(({ group }) => group)).toEqual(["Go to", "Appearance", "Run"]);
    expect(grouped(more)[0]?.commands).toHaveLength(2);
  });

  it("lists moves from one thing to the next last, within their group and among the groups", () => {
    const move = { ...command("board.down", "Next task", "Board"), isMove: true };
    const deed = command("board.open", "Open the task", "Board");
    const other = { ...command("diff.next", "Next change", "Diff"), isMove: true };
    const listed = grouped(deedsFirst([move, other, deed, ...COMMANDS]));
    expect(listed.map(({ group }) => group)).toEqual([
      "Board",
      "Go to",
      "Appearance",
      "Run",
      "Diff",
    ]);
    expect(listed[0]?.commands).toEqual([deed, move]);
  });

  it("keeps of the hits before those that what is typed now finds as well", () => {
    const run = RunId.parse("r-4k2m9x7q1abc");
    const hit = { kind: "run" as const, run, title: "Find this one", detail: "In it", where: run };
    const other = { ...hit, title: "Find that" };
    const file = { ...hit, kind: "file" as const, where: "src/this.ts", detail: "src/this.ts" };
    expect(stillFound([hit, other, file], "find THIS")).toEqual([hit]);
    expect(stillFound([hit, other, file], "this")).toEqual([hit, file]);
  });
});
