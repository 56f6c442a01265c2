/** Output of a program in its colours, as far as they are this page's. */
import { memo } from "react";
import { type Ink, styledParts } from "./ansi.ts";
import { classNames } from "./class-names.ts";

const INKS: Readonly<Record<Ink, string | null>> = {
  text: null,
  muted: "text-muted",
  red: "text-refused",
  green: "text-ok",
  yellow: "text-warning",
  blue: "text-running",
  magenta: "text-magenta",
  cyan: "text-cyan",
};

export const TerminalText = memo(function TerminalText({ text }: { readonly text: string }) {
  return styledParts(text).map((part, index) => {
    const look = classNames(
      INKS[part.ink],
      part.isStrong && "font-strong",
      part.isUnderlined && "underline",
    );
    return look === "" ? (
      part.text
    ) : (
      <span key={index} className={look}>
        {part.text}
      </span>
    );
  });
});
