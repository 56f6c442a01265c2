import type { ReactNode } from "react";
import { useTitle } from "./title.ts";

type HeadingProps = { readonly title: string; readonly children?: ReactNode };

/** The one heading of a screen, with its actions. */
export function ScreenHeading({ title, children }: HeadingProps) {
  useTitle(title);
  return (
    <header className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2">
      <h1 className="text-md font-strong">{title}</h1>
      {children}
    </header>
  );
}

/** `id`: for what is labelled by it. */
export function SectionHeading({ title, id, children }: HeadingProps & { readonly id?: string }) {
  return (
    <div className="flex min-h-9 flex-wrap items-center gap-x-3 px-4 pt-3 pb-1">
      <h2 id={id} className="font-strong">
        {title}
      </h2>
      {children}
    </div>
  );
}
