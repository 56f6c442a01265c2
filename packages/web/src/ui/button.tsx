import type { ComponentProps } from "react";
import { classNames } from "./class-names.ts";
import { Keys } from "./keys.tsx";

type Emphasis = "primary" | "normal" | "quiet" | "danger";

const LOOKS: Record<Emphasis, string> = {
  primary: "border-accent bg-accent text-on-accent hover:opacity-90",
  normal: "border-line-strong bg-surface text-text hover:bg-raised",
  quiet: "border-transparent bg-transparent text-text hover:bg-raised",
  danger: "border-refused bg-surface text-refused hover:bg-raised",
};

type ButtonProps = Omit<ComponentProps<"button">, "type"> & {
  readonly emphasis?: Emphasis;
  /** The key that does the same; shown on the button. */
  readonly shortcut?: string | undefined;
  readonly type?: "button" | "submit";
};

export function Button({
  emphasis = "normal",
  shortcut,
  className,
  children,
  type = "button",
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      className={classNames(
        "inline-flex min-h-7 items-center gap-2 rounded border px-2.5 font-strong whitespace-nowrap",
        "transition-opacity duration-100 disabled:opacity-60 max-sm:min-h-11 max-sm:px-4",
        LOOKS[emphasis],
        className,
      )}
    >
      {children}
      {shortcut !== undefined && <Keys keys={shortcut} />}
    </button>
  );
}
