/** Who hears of stored events. What is stored is stored: a listener that fails takes nobody else's news. */
import type { RunEvent } from "@tutti/protocol";
import type { Deps } from "./ports/deps.ts";

type Listener = (events: readonly RunEvent[]) => void;

export const createFeed = (log: Deps["log"]) => {
  const listeners = new Set<Listener>();
  return {
    publish: (events: readonly RunEvent[]): void => {
      for (const listener of listeners) {
        try {
          listener(events);
        } catch (error) {
          log("a listener of events failed", { error: String(error) });
        }
      }
    },
    subscribe: (listener: Listener): (() => void) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
};
