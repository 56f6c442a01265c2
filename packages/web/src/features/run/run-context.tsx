/** The run that a tab is of: read once by the screen around it. */
import type { RunView } from "@tutti/protocol";
import { createContext, useContext } from "react";

const RunContext = createContext<RunView | null>(null);

export const RunProvider = RunContext.Provider;

export function useRun(): RunView {
  const view = useContext(RunContext);
  if (view === null) throw new Error("A tab of a run is shown outside the run's screen.");
  return view;
}
