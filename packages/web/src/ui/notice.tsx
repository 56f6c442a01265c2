/** What stands where content would: nothing there, still loading, or why it could not be loaded. */
import type { ReactNode } from "react";
import { asProblem } from "../api/problem.ts";
import { Button } from "./button.tsx";

export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ReactNode;
}) {
  return (
    <div className="flex flex-col items-start gap-2 p-4 text-muted">
      <p className="text-md text-text">{title}</p>
      {children}
    </div>
  );
}

/** Says what is being read; it is there only while a request is on its way. */
export function Loading({ what }: { readonly what: string }) {
  return <output className="block p-4 text-muted">Reading {what} …</output>;
}

type FailedProps = { readonly error: unknown; readonly onRetry?: () => void };

export function Failed({ error, onRetry }: FailedProps) {
  const { message, mend, code } = asProblem(error);
  return (
    <div
      role="alert"
      className="m-4 flex flex-col items-start gap-2 border-l-2 border-refused pl-3"
    >
      <p className="font-strong">{message}</p>
      {mend !== "" && <p className="text-muted">{mend}</p>}
      <p className="font-mono text-xs text-muted">{code}</p>
      {onRetry !== undefined && <Button onClick={onRetry}>Try again</Button>}
    </div>
  );
}

/** Something changed while a person wrote. */
export const Overtaken = ({ children }: { readonly children: ReactNode }) => (
  <output className="block text-waiting">
    <span aria-hidden="true">! </span>
    {children}
  </output>
);

/** What the address names is not there. */
export const Missing = ({ children }: { readonly children: ReactNode }) => (
  <output className="block px-4 py-1.5 text-waiting wrap-anywhere">
    <span aria-hidden="true">! </span>
    {children}
  </output>
);
