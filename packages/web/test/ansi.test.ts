/** Output of programs: their colours are this page's own, and whatever else they tell a terminal is gone. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { styledParts } from "../src/ui/ansi.ts";
import { plainText } from "../src/ui/plain.ts";

const inks = (text: string) => styledParts(text).map(({ ink, text: shown }) => `${ink}:${shown}`);

it("the colours of a terminal are names of the page's colours, until they are taken back", () => {
  expect(inks("\u001B[31mred\u001B[0m plain \u001B[1;92mgreen\u001B[39m")).toEqual([
    "red:red",
    "text: plain ",
    "green:green",
  ]);
  expect(styledParts("\u001B[1;4mloud\u001B[22;24m")).toEqual([
    { ink: "text", isStrong: true, isUnderlined: true, text: "loud" },
  ]);
});

it("colours of the large tables become the nearest of the page's", () => {
  expect(inks("\u001B[38;5;196ma\u001B[38;2;20;200;30mb\u001B[38;5;240mc\u001B[38:5:51md")).toEqual(
    ["red:a", "green:b", "muted:c", "cyan:d"],
  );
});

it("a background changes nothing, so that no text is hidden on its own colour", () => {
  expect(inks("\u001B[30;40mhidden\u001B[48;5;16;38;5;16m too")).toEqual(["text:hidden too"]);
});

it("what moves the cursor, names the window or links elsewhere is not shown and does nothing", () => {
  const hostile =
    "a\u001B[2J\u001B]0;title\u0007b\u001B]8;;https://evil.example\u001B\\c\u001B[31;99999999mred\u001B[1Ad";
  expect(inks(hostile)).toEqual(["text:abc", "red:redd"]);
});

it("a text that changes its colour without end goes on without one", () => {
  const parts = styledParts("\u001B[31ma\u001B[32mb".repeat(5000));
  expect(parts.length).toBeLessThanOrEqual(1001);
  expect(parts.map(({ text }) => text).join("")).toBe("ab".repeat(5000));
});

it("whatever a program sends, the words are those of the text without its colours", () => {
  const piece = fc.constantFrom(
    ..."\u001B [ ] m 3 1 ; : P 0 8 \u0007 \\ \u009B \u009D \u009C a \n \r \u202E".split(" "),
    "\u001B[31m",
    "\u001B]0;",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const text = pieces.join("");
      const shown = styledParts(text)
        .map((part) => part.text)
        .join("");
      expect(shown).toBe(plainText(text));
    }),
    { numRuns: 3000 },
  );
});
