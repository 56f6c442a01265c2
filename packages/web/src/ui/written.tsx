/** A text that was written down for people: Markdown by its name, else as it is. */
import { lazy, Suspense } from "react";
import { plainText } from "./plain.ts";

const Markdown = lazy(() =>
  import("./markdown.tsx").then(({ Markdown: component }) => ({ default: component })),
);

/** Longer than that it is taken apart for nothing that anybody reads. */
const MARKDOWN_MAX_CHARACTERS = 200_000;

export function Written({ name, text }: { readonly name: string; readonly text: string }) {
  const plain = (
    <pre dir="auto" className="font-mono text-xs wrap-anywhere whitespace-pre-wrap">
      {plainText(text)}
    </pre>
  );
  if (!name.endsWith(".md") || text.length > MARKDOWN_MAX_CHARACTERS) return plain;
  return (
    <Suspense fallback={plain}>
      <Markdown text={text} />
    </Suspense>
  );
}
