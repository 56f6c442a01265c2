/**
 * Two clocks of one turn: how long it may take in all, and how long the agent may be silent. Both
 * stand still while something holds them: a person is asked, or the reader is slow.
 */
export type Expiry = "turn" | "silence";

export type TurnClock = {
  /** Resolves with the clock that ran out; never after `stop`. */
  readonly expired: Promise<Expiry>;
  /** The agent sent something. */
  readonly heard: () => void;
  /** Counted: as many releases as holds. */
  readonly hold: () => void;
  readonly release: () => void;
  readonly stop: () => void;
  /** How long it has run, without the time that it stood still. */
  readonly ranMs: () => number;
};

export const startTurnClock = (limits: {
  readonly turnMs: number;
  readonly silenceMs: number;
}): TurnClock => {
  const { promise: expired, resolve } = Promise.withResolvers<Expiry>();
  let holds = 0;
  let isRunning = false;
  let countedMs = 0;
  let runningSince = performance.now();
  let heardAt = runningSince;
  let silenceLeftMs = limits.silenceMs;
  let turnTimer: NodeJS.Timeout | undefined;
  let silenceTimer: NodeJS.Timeout | undefined;

  /** `heard` is called for every message, so it only notes the time; the timer looks at it when it fires. */
  const watchSilence = (): void => {
    const leftMs = silenceLeftMs - (performance.now() - heardAt);
    if (leftMs <= 0) resolve("silence");
    else silenceTimer = setTimeout(watchSilence, leftMs);
  };
  const ranMs = (): number => countedMs + (isRunning ? performance.now() - runningSince : 0);
  const run = (): void => {
    runningSince = performance.now();
    heardAt = runningSince;
    isRunning = true;
    turnTimer = setTimeout(() => resolve("turn"), limits.turnMs - countedMs);
    watchSilence();
  };
  const halt = (): void => {
    clearTimeout(turnTimer);
    clearTimeout(silenceTimer);
    countedMs = ranMs();
    isRunning = false;
  };

  run();
  return {
    expired,
    heard: () => {
      heardAt = performance.now();
      silenceLeftMs = limits.silenceMs;
    },
    hold: () => {
      holds += 1;
      if (holds > 1) return;
      halt();
      silenceLeftMs -= performance.now() - heardAt;
    },
    release: () => {
      holds -= 1;
      if (holds === 0) run();
    },
    stop: () => {
      // A release after the stop must not start the timers again.
      holds = Number.POSITIVE_INFINITY;
      halt();
    },
    ranMs,
  };
};
