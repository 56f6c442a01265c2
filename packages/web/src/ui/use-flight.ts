/**
 * Whether a list flies past its reader: moved on by more than what is on screen, again and again, before it
 * came to rest. What nobody can read is then neither read in, measured, nor made beautiful.
 */
import { useState } from "react";

/** The rows on screen; `jumps`: how often in a row none of those before was among them. */
export type Flight = { readonly first: number; readonly last: number; readonly jumps: number };

export type Sight = {
  readonly first: number;
  readonly last: number;
  readonly isScrolling: boolean;
};

export const AT_REST: Flight = { first: 0, last: -1, jumps: 0 };

/** A single jump is one that leads somewhere: to an end, to a file, to what was searched for. */
const FLYING_JUMPS = 2;

export const isFlying = ({ jumps }: Flight): boolean => jumps >= FLYING_JUMPS;

export function flightOf(before: Flight, { first, last, isScrolling }: Sight): Flight {
  const isSame = first === before.first && last === before.last;
  const isJump = first > before.last || last < before.first;
  const moved = isJump ? before.jumps + 1 : 0;
  const jumps = !isScrolling ? 0 : isSame ? before.jumps : moved;
  return isSame && jumps === before.jumps ? before : { first, last, jumps };
}

/** Told in each rendering what is on screen; `isFlying` is as of the one before, which a change repeats at once. */
export function useFlight(): {
  readonly isFlying: boolean;
  readonly watch: (sight: Sight) => void;
} {
  const [flight, setFlight] = useState(AT_REST);
  return {
    isFlying: isFlying(flight),
    watch: (sight) => {
      const next = flightOf(flight, sight);
      if (next !== flight) setFlight(next);
    },
  };
}
