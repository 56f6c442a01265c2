/** When a terminal is left to itself. */
import type { TerminalEnd, TerminalKind } from "@tutti/protocol";

export type IdleBounds = {
  /** Without a key pressed and without a word, a screen ends. */
  readonly idleMs: number;
  /** Without a reader, a script does, whatever it says: who gave it to be run may have been killed. */
  readonly unreadMs: number;
};

export const IDLE_BOUNDS: IdleBounds = { idleMs: 60 * 60_000, unreadMs: 60_000 };

export type Idle = {
  /** Something was typed or said. */
  readonly used: () => void;
  /** Somebody reads, until it is disposed. */
  readonly reading: () => Disposable;
  readonly stop: () => void;
};

export const watchIdle = (
  kind: TerminalKind,
  { idleMs, unreadMs }: IdleBounds,
  end: (reason: TerminalEnd) => void,
): Idle => {
  const isScript = kind === "script";
  let readers = 0;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  const restart = (): void => {
    clearTimeout(timer);
    if (isStopped || (isScript && readers > 0)) return;
    timer = setTimeout(() => end(isScript ? "left" : "idle"), isScript ? unreadMs : idleMs).unref();
  };
  const count = (more: 1 | -1): void => {
    readers += more;
    if (isScript) restart();
  };
  restart();
  return {
    used: () => {
      if (!isScript) timer?.refresh();
    },
    reading: () => {
      count(1);
      return { [Symbol.dispose]: () => count(-1) };
    },
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
};
