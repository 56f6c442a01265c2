/** Terminals inside the fence of a run that the daemon holds: what is asked of one and told of one. */
import { z } from "zod";
import { Instant, RunId } from "./ids.ts";
import { Isolation } from "./policy.ts";

/** Characters of one input, as UTF-16 counts them; a longer one is sent in parts. */
export const TERMINAL_INPUT_MAX_CHARS = 16_384;
const CELLS_MAX = 1000;

/** `t-` and 12 base32 characters. */
export const TerminalId = z.string().regex(/^t-[a-z0-9]{6,32}$/u, "not a valid terminal");

/** Whether it writes the work tree: only that of the person who has taken it does. */
export const TerminalAccess = z.enum(["read-only", "writable"]);
export type TerminalAccess = z.infer<typeof TerminalAccess>;

export const TerminalSize = z.object({
  rows: z.number().int().min(1).max(CELLS_MAX),
  columns: z.number().int().min(1).max(CELLS_MAX),
});
export type TerminalSize = z.infer<typeof TerminalSize>;

/**
 * `screen`: a shell on a pseudo-terminal, which echoes and has a size. `script`: a shell whose standard
 * input is a script, without a pseudo-terminal: nothing is echoed, and what it says comes as it is.
 */
export const TerminalKind = z.enum(["screen", "script"]);
export type TerminalKind = z.infer<typeof TerminalKind>;

/** What is asked of a new one. */
export const TerminalOpening = TerminalSize.extend({ kind: TerminalKind.default("screen") });

/**
 * `exited`: its shell ended. `closed`: a person closed it. `given`: the workspace was given back.
 * `left`: whoever opened it is gone: signed out, or not there to read what their script says. `stopped`:
 * the daemon was. `lost`: a daemon that was killed had it.
 */
export const TerminalEnd = z.enum([
  "exited",
  "closed",
  "idle",
  "given",
  "run-ended",
  "left",
  "stopped",
  "lost",
  "workspace-full",
  "failed",
]);
export type TerminalEnd = z.infer<typeof TerminalEnd>;

/** One that is open, as the document of its run has it. */
export const OpenTerminal = z.object({
  id: TerminalId,
  by: z.string(),
  access: TerminalAccess,
  since: Instant,
});

/** Why one failed, as the request that opened it was told. */
export const TerminalFailure = z.object({
  code: z.string(),
  detail: z.string(),
  /** What to do next. */
  mend: z.string(),
});
export type TerminalFailure = z.infer<typeof TerminalFailure>;

export const TerminalView = z.object({
  id: TerminalId,
  run: RunId,
  kind: TerminalKind,
  by: z.string(),
  access: TerminalAccess,
  /** `none`: there is no fence around it. */
  isolation: Isolation,
  /** Work folder. */
  root: z.string(),
  openedAt: Instant,
  /** Null while it is open. */
  ended: z
    .object({
      reason: TerminalEnd,
      code: z.number().int().nullable(),
      at: Instant,
      /** Null for every other reason than `failed`. */
      failure: TerminalFailure.nullable(),
    })
    .nullable(),
});
export type TerminalView = z.infer<typeof TerminalView>;

export const TerminalList = z.object({ items: z.array(TerminalView) });
export type TerminalList = z.infer<typeof TerminalList>;

/** What is typed. `end`: nothing more comes; of a script alone, as a screen has Ctrl+D for that. */
export const TerminalInput = z
  .object({
    data: z.string().max(TERMINAL_INPUT_MAX_CHARS).default(""),
    end: z.boolean().default(false),
  })
  .refine(({ data, end }) => data !== "" || end, { path: ["data"], error: "nothing is typed" });
export type TerminalInput = z.infer<typeof TerminalInput>;

/**
 * Server-sent events of a terminal's output. `id` is the position behind what an event brings, in
 * bytes since the terminal was opened.
 */
export const TERMINAL_EVENTS = {
  /** `{"from", "data", "stream"}`: bytes as base64, and where they begin. A gap before them was let go of. */
  output: "output",
  /** `{}`: all that was kept has been told. Once on each connection. */
  live: "live",
  /** `{"reason", "code"}`, the last one. */
  ended: "ended",
} as const;

export const TerminalOutput = z.object({
  from: z.number().int().nonnegative(),
  data: z.string(),
  /** Which of a script's: its standard output or its standard error. A screen has one. */
  stream: z.enum(["output", "error"]),
});
export type TerminalOutput = z.infer<typeof TerminalOutput>;

export const TerminalEnded = z.object({
  reason: TerminalEnd,
  code: z.number().int().nullable(),
});
export type TerminalEnded = z.infer<typeof TerminalEnded>;
