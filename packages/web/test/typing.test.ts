import { ApiError } from "@tutti/client/api-error";
import { expect, it } from "vitest";
import { createTyping } from "../src/features/terminal/typing.ts";

const BUSY = {
  status: 429,
  code: "terminal.busy",
  detail: "The terminal t-1 takes nothing now.",
  mend: "Wait.",
};

/** What arrives and what is told; from the `failing`th request on nothing is taken. */
const keyboard = (failing = Infinity) => {
  const arrived: string[] = [];
  const told: string[] = [];
  let asked = 0;
  const type = createTyping(
    async (data) => {
      asked += 1;
      if (asked >= failing) throw new ApiError(BUSY);
      arrived.push(data);
    },
    (error) => told.push(error instanceof ApiError ? error.message : String(error)),
  );
  return { arrived, told, type };
};

it("a paste that is too long for a terminal is told to be lost, as a whole", async () => {
  const { arrived, told, type } = keyboard();
  type("x".repeat(256 * 1024 + 1));
  type("ls");
  await expect.poll(() => arrived).toEqual(["ls"]);
  expect(told).toEqual([expect.stringMatching(/^Lost: 262,145 characters .* pasted, more than/u)]);
});

it("of a paste that is not read the rest is lost, and how much is told", async () => {
  const { arrived, told, type } = keyboard(2);
  type("x".repeat(100_000));
  await expect
    .poll(() => told)
    .toEqual([
      "The terminal t-1 takes nothing now. Lost: 83,616 characters that were typed or pasted.",
    ]);
  expect(arrived.map(({ length }) => length)).toEqual([16_384]);
});
