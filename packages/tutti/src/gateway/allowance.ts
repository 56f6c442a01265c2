/** Bytes of requests that may be in memory at once: of a session, and of all sessions of the daemon. */

export type Allowance = {
  /** False: there are not as many left. */
  readonly take: (bytes: number) => boolean;
  readonly give: (bytes: number) => void;
};

/** Within `whole`, which has its own bound. */
export function createAllowance(maxBytes: number, whole?: Allowance): Allowance {
  let taken = 0;
  return {
    take: (bytes) => {
      if (taken + bytes > maxBytes || whole?.take(bytes) === false) return false;
      taken += bytes;
      return true;
    },
    give: (bytes) => {
      taken -= bytes;
      whole?.give(bytes);
    },
  };
}

/** What one request has taken so far. */
export type Hold = { readonly take: Allowance["take"]; readonly release: () => void };

export function openHold(allowance: Allowance): Hold {
  let held = 0;
  return {
    take: (bytes) => {
      if (!allowance.take(bytes)) return false;
      held += bytes;
      return true;
    },
    release: () => {
      allowance.give(held);
      held = 0;
    },
  };
}
