/**
 * Colours lines of code beside the page. Grammars are loaded by language from this same server; regular
 * expressions are JavaScript's own, so that no WebAssembly is needed under the page's policy.
 */
import { createCssVariablesTheme, createHighlighterCore, type HighlighterCore } from "shiki/core";
import { createJavaScriptRegexEngine } from "shiki/engine/javascript";
import type { HighlightAnswer, HighlightRequest, Token } from "./highlight.ts";

const GRAMMARS = {
  typescript: () => import("shiki/langs/typescript.mjs"),
  tsx: () => import("shiki/langs/tsx.mjs"),
  javascript: () => import("shiki/langs/javascript.mjs"),
  json: () => import("shiki/langs/json.mjs"),
  css: () => import("shiki/langs/css.mjs"),
  html: () => import("shiki/langs/html.mjs"),
  markdown: () => import("shiki/langs/markdown.mjs"),
  python: () => import("shiki/langs/python.mjs"),
  go: () => import("shiki/langs/go.mjs"),
  rust: () => import("shiki/langs/rust.mjs"),
  java: () => import("shiki/langs/java.mjs"),
  c: () => import("shiki/langs/c.mjs"),
  cpp: () => import("shiki/langs/cpp.mjs"),
  csharp: () => import("shiki/langs/csharp.mjs"),
  ruby: () => import("shiki/langs/ruby.mjs"),
  php: () => import("shiki/langs/php.mjs"),
  shellscript: () => import("shiki/langs/shellscript.mjs"),
  sql: () => import("shiki/langs/sql.mjs"),
  toml: () => import("shiki/langs/toml.mjs"),
  yaml: () => import("shiki/langs/yaml.mjs"),
  swift: () => import("shiki/langs/swift.mjs"),
  kotlin: () => import("shiki/langs/kotlin.mjs"),
} as const;

/** For one line. A busy machine is slow; colours that end in the middle of a line look like a fault. */
const LINE_LIMIT_MS = 5000;

const PLAIN = /--code-(?:foreground|token-punctuation)\b/u;

const isKnown = (name: string): name is keyof typeof GRAMMARS => Object.hasOwn(GRAMMARS, name);

/** Colours are variables of the page, so that a change of theme needs no new ones. */
const theme = createCssVariablesTheme({ name: "page", variablePrefix: "--code-" });

let highlighter: Promise<HighlighterCore> | null = null;

async function painted({ id, language, lines }: HighlightRequest): Promise<HighlightAnswer> {
  if (!isKnown(language)) return { id, lines: [] };
  highlighter ??= createHighlighterCore({
    themes: [theme],
    langs: [],
    engine: createJavaScriptRegexEngine({ forgiving: true }),
  });
  const core = await highlighter;
  await core.loadLanguage(GRAMMARS[language]());
  const tokens = core.codeToTokensBase(lines.join("\n"), {
    lang: language,
    theme: "page",
    tokenizeTimeLimit: LINE_LIMIT_MS,
  });
  return {
    id,
    lines: tokens.map((line) => joined(line)),
  };
}

/** Neighbours of one colour as one, and text in the colour of the page as no colour: fewer elements. */
function joined(line: readonly { readonly content: string; readonly color?: string }[]): Token[] {
  const tokens: { length: number; colour: string | null }[] = [];
  for (const { content, color } of line) {
    const colour = color === undefined || PLAIN.test(color) ? null : color;
    const last = tokens.at(-1);
    const isBlank = content.trim() === "";
    if (last !== undefined && (isBlank || last.colour === colour)) last.length += content.length;
    else tokens.push({ length: content.length, colour });
  }
  return tokens;
}

addEventListener("message", ({ data }: MessageEvent<HighlightRequest>) => {
  void painted(data).then(postMessage);
});
