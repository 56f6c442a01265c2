import type { TerminalKind, TerminalSize } from "@tutti/protocol";
import type { Readable } from "node:stream";
import type { ExitFact, LaunchSpec } from "./sandbox.ts";

/** A shell on a terminal of its own, or one that is given a script, inside the fence. */
export type Terminal = {
  /** What its screen gets, as bytes. Whoever does not read holds it up. */
  readonly output: Readable;
  /** Standard error: of a script, which has no screen; of what makes the terminal, for a screen. */
  readonly errors: Readable | null;
  /** What is typed. False when it is full: what was written before has not been taken yet. */
  readonly write: (text: string) => boolean;
  /** Nothing more is typed: the end of a script. */
  readonly endInput: () => void;
  /** Nothing for a script. */
  readonly resize: (size: TerminalSize) => void;
  readonly exited: Promise<ExitFact>;
  /** Ends everything in it. Resolves when nothing is left. */
  readonly stop: () => Promise<ExitFact>;
};

type TerminalLaunch = Pick<LaunchSpec, "place" | "egress" | "owner" | "cwd">;

/** Throws TuttiError `terminal.unavailable` and `sandbox.*`. */
export type Terminals = {
  readonly open: (
    spec: TerminalLaunch,
    options: {
      readonly kind: TerminalKind;
      readonly size: TerminalSize;
      readonly signal: AbortSignal;
    },
  ) => Promise<Terminal>;
};
