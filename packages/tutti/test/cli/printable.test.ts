import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { printable, printableJson, printableLine } from "../../src/cli/terminal/printable.ts";

const ATTACKS: readonly (readonly [string, string, string])[] = [
  ["a colour", "\u001B[31mred\u001B[0m", "red"],
  ["a cursor movement over earlier lines", "ok\u001B[5A\u001B[2Kfake", "okfake"],
  ["a window title", "a\u001B]0;owned\u0007b", "ab"],
  ["a clipboard write", "a\u001B]52;c;cm0gLXJm\u001B\\b", "ab"],
  ["a hyperlink", "\u001B]8;;https://evil.example\u001B\\click\u001B]8;;\u001B\\", "click"],
  ["a device control string", "a\u001BPq#0;2;0;0;0\u001B\\b", "ab"],
  ["an application command", "a\u001B_Gi=1;AAAA\u001B\\b", "ab"],
  ["a CSI in one character", "a\u009B31mb", "ab"],
  ["an OSC in one character", "a\u009D0;owned\u009Cb", "ab"],
  ["a string without an end", "a\u001B]0;owned\nnext", "a\nnext"],
  ["a reset of the terminal", "a\u001Bcb", "ab"],
  ["a change of character set", "a\u001B(0b", "ab"],
  ["a carriage return over the line", "evil command\rsafe", "evil commandsafe"],
  ["a backspace", "rm -rf\b\b\b\b\b\bls", "rm -rfls"],
  ["a reversed reading direction", "user\u202E// check\u2066", "user// check"],
  ["an invisible character in a name", "pay\u200Bpal\uFEFF", "paypal"],
  ["hidden tag characters", "a\u{E0041}\u{E0042}b", "ab"],
  ["an escape that waits for its rest", "a\u001B", "a"],
];

describe("text of others on a terminal", () => {
  for (const [name, text, expected] of ATTACKS) {
    it(`loses ${name}`, () => {
      expect(printable(text)).toBe(expected);
    });
  }

  it("keeps lines, tabs, accents, scripts and emoji", () => {
    const text = "naïve\tß\n日本語 עברית 👩\u200D💻 ok";
    expect(printable(text)).toBe(text);
  });

  it("keeps the lines of files written elsewhere", () => {
    expect(printable("a\r\nb")).toBe("a\nb");
  });

  it("never lets a control character through, whatever it is made of", () => {
    const parts = fc.constantFrom(
      "\u001B",
      "[",
      "]",
      "0;",
      "m",
      "\u0007",
      "\u009B",
      "\u202E",
      "x",
      "\\",
      "\r",
      "P",
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 30 }), (words) => {
        const safe = printable(words.join(""));
        return !/[\p{Cc}\u202A-\u202E\u2066-\u2069]/u.test(safe.replaceAll(/[\n\t]/gu, ""));
      }),
    );
  });

  it("becomes one line where a line is wanted", () => {
    expect(printableLine("a\n  b\tc \u001B[2Jd")).toBe("a b c d");
  });
});

describe("JSON", () => {
  it("is the same value and holds nothing that a terminal would obey", () => {
    const value = { text: "a\u001B]0;x\u0007\u009B2J\u202E\u{E0041}\u2028b", list: ["\u007F"] };
    const text = printableJson(value);
    expect(JSON.parse(text)).toEqual(value);
    expect(/[\p{Cc}\p{Cf}\u2028]/u.test(text)).toBe(false);
  });
});
