/** Text of a program that may be longer than its box. Chromium's keyboard scrolls only what can have the focus. */
import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";

type ScrollTextProps = { readonly className?: string; readonly children?: ReactNode };

export const ScrollText = ({ className, children }: ScrollTextProps) => (
  <pre
    dir="auto"
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- else the keyboard cannot scroll it
    tabIndex={0}
    className={classNames(
      "my-1 overflow-auto rounded border border-line bg-raised p-2 font-mono text-xs",
      className,
    )}
  >
    {children}
  </pre>
);

type ScrollAreaProps = { readonly label: string; readonly children: ReactNode };

/** A table that may be wider than the page. */
export const ScrollArea = ({ label, children }: ScrollAreaProps) => (
  <section
    aria-label={label}
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- else the keyboard cannot scroll it
    tabIndex={0}
    className="overflow-x-auto"
  >
    {children}
  </section>
);
