import { DiffTab } from "../diff/diff-tab.tsx";
import { useRun } from "./run-context.tsx";

export function DiffOfRun() {
  return (
    <div className="flex h-full flex-col">
      <DiffTab run={useRun()} />
    </div>
  );
}
