/** The wall clock of this machine, in milliseconds since the Unix epoch. */
export const systemClock = { now: (): number => Date.now() };

/** Milliseconds that never run backwards; only for measuring durations. */
export const monotonicMs = (): number => performance.now();
