/** The page's one stream, for those that show what it says. */
import { createContext, useContext } from "react";
import type { Live } from "./live.ts";

const LiveContext = createContext<Live | null>(null);

export const LiveProvider = LiveContext.Provider;

export function useLive(): Live {
  const live = useContext(LiveContext);
  if (live === null) throw new Error("The stream of events is used outside the page's frame.");
  return live;
}
