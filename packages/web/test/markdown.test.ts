import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { Markdown } from "../src/ui/markdown.tsx";
import { isBounded } from "../src/ui/markdown-bounds.ts";

/** Processor time that one text may take to be laid out; a quiet machine takes a tenth. */
const LAID_OUT_MS = 6_000;

const stairs = (depth: number): string =>
  Array.from({ length: depth }, (_, step) => `${"  ".repeat(step)}- a\n`).join("");

const HOSTILE: readonly (readonly [string, string])[] = [
  ["quotes in quotes", "> ".repeat(5_000)],
  ["lists in lists", stairs(500)],
  ["lists in lists on one line", `${"- ".repeat(24)}a\n`.repeat(500)],
  ["many stairs of lists", stairs(16).repeat(400)],
  ["a wide table", `${"|a".repeat(6_000)}|\n${"|-".repeat(6_000)}|\n`],
  ["a long table", `|a|b|\n|-|-|\n${"|c|d|\n".repeat(1_900)}`],
  ["runs of backticks", Array.from({ length: 4_000 }, (_, at) => "`".repeat(at % 40)).join(" ")],
  ["brackets", "[".repeat(50_000)],
  ["emphasis", "**a*".repeat(20_000)],
  ["headings", "a\n=\n".repeat(900)],
  ["length", "a ".repeat(100_000)],
  ["lines", "a\n".repeat(50_000)],
];

/** The longest beginning that is still laid out. */
const atTheBound = (text: string): string => {
  let [fits, fails] = [0, text.length];
  while (fails - fits > 1) {
    const middle = Math.floor((fits + fails) / 2);
    if (isBounded(text.slice(0, middle))) fits = middle;
    else fails = middle;
  }
  return text.slice(0, fits);
};

const html = (text: string): string => renderToStaticMarkup(createElement(Markdown, { text }));

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

describe("Markdown that would hold up the page", () => {
  test.each(HOSTILE)("is shown as it is: %s", (_, text) => {
    expect(isBounded(text)).toBe(false);
    expect(html(text)).toContain("Shown as it is");
  });

  test.each(HOSTILE)(
    "is laid out within moments up to its bound: %s",
    { timeout: 60_000 },
    (_, text) => {
      const started = cpuMs();
      expect(html(atTheBound(text))).not.toContain("Shown as it is");
      expect(cpuMs() - started).toBeLessThan(LAID_OUT_MS);
    },
  );
});

test("a specification with lists, tables, code and links is laid out", () => {
  const text = [
    "# Title\n\nWords with *stress*, `code` and [a link](https://example.org).\n",
    "- one\n  - two\n    1. three\n\n> said\n",
    "| a | b |\n| - | - |\n| 1 | 2 |\n",
    `\`\`\`ts\n${'const a: Array<string> = ["b"];\n'.repeat(100)}\`\`\`\n`,
  ].join("\n");
  const shown = html(text.repeat(3));
  expect(shown).toContain("<table");
  expect(shown).toContain("<li");
  expect(shown).not.toContain("Shown as it is");
});
