/** Tells that a person took the workspace over while this page was looked at, once each time. */
import { useEffect, useEffectEvent, useRef } from "react";

export function useTaken(takenBy: string | null, onTaken: () => void): void {
  const before = useRef(takenBy);
  const tell = useEffectEvent(onTaken);
  useEffect(() => {
    const isNew = before.current === null && takenBy !== null;
    before.current = takenBy;
    // In a page in the background nobody works: it would take one of the few that a run may have.
    if (isNew && document.visibilityState === "visible") tell();
  }, [takenBy]);
}
