/** What needs a person, in a terminal. */
import type { AttentionItem } from "@tutti/protocol";
import { expect, it } from "vitest";
import { attentionLines } from "../../src/cli/pages/attention-list.ts";
import { plainStyle } from "../../src/cli/terminal/style.ts";
import { attention } from "../../src/domain/attention.ts";
import { playTo } from "../domain/play.ts";
import { WORKER } from "../domain/scene.ts";
import { apply, newWorld } from "../domain/world.ts";

const WIDTH = 60;

const asking = (message: string): AttentionItem | undefined => {
  const world = newWorld();
  const { id: effect } = playTo(world, "agent.turn");
  apply(world, { kind: "question.ask", question: "q-1", effect, message, fields: [] }, WORKER);
  return attention(world.state).find(({ kind }) => kind === "question");
};

it("all that an agent asks is read in a terminal, however long its lines are", () => {
  const words = Array.from({ length: 300 }, (_none, index) => `word${index}`);
  const item = asking(words.join(" "));
  if (item === undefined) throw new Error("nothing is asked");
  const text = attentionLines(item, { style: plainStyle, width: WIDTH, now: 0 }).join("\n");
  expect(words.filter((word) => !new RegExp(`\\b${word}\\b`, "u").test(text))).toEqual([]);
});
