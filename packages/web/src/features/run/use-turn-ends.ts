/** Tells when a turn of the run's agents ends: once a turn, not with each word of it. */
import type { RunView } from "@tutti/protocol";
import { useEffect, useRef } from "react";
import { announce } from "../../ui/announce.ts";
import { plainLine } from "../../ui/plain.ts";
import { endedTurns, openTurns } from "./turns.ts";

export function useTurnEnds({ steps }: RunView): void {
  const open = useRef<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const ended = endedTurns(open.current, steps);
    open.current = openTurns(steps);
    if (ended.length > 0) announce(ended.map((text) => plainLine(text)).join(". "));
  }, [steps]);
}
