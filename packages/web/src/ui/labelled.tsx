/** A field under its name, with what it is for. */
import type { ReactNode } from "react";

type LabelledProps = {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly children: ReactNode;
};

export function Labelled({ label, hint, children }: LabelledProps) {
  return (
    <div className="flex flex-col gap-1">
      <label className="flex flex-col gap-1">
        <span className="font-strong">{label}</span>
        {children}
      </label>
      {hint !== undefined && <p className="text-xs text-muted">{hint}</p>}
    </div>
  );
}
