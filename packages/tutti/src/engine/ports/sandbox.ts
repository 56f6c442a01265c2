import type { Server } from "node:net";
import type { Readable, Writable } from "node:stream";
import type { Place } from "./place.ts";

/** A port of the fence's own loopback that is answered outside it. */
export type PassedListener = {
  readonly port: number;
  /** Takes over the listening server; it ends with the process. */
  readonly attach: (listening: Server) => void;
};

/** What people answered about hosts that are not listed; asked at each decision of the proxy. */
export type EgressAnswers = {
  /** `host:port` in its one spelling. */
  readonly allows: (target: string) => boolean;
  /** It was refused, and a person could allow it. Called each time. */
  readonly denied: (target: string) => void;
};

export type LaunchSpec = {
  readonly place: Place;
  /** argv inside; no shell unless it names one. */
  readonly command: readonly string[];
  /** Added to the place's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Work folder inside; default the place's root. */
  readonly cwd?: string;
  /** `host:port` entries that may be reached; an empty list without `egressAnswers` means no way out at all. */
  readonly egress: readonly string[];
  /** Whose list it is; a project's never leads to this machine or into its networks. Default: the user's. */
  readonly egressFrom?: "user" | "project";
  /** With it there is a proxy even for an empty list, so that what is refused can be asked about. */
  readonly egressAnswers?: EgressAnswers;
  /** Every decision of the proxy, for the record. */
  readonly onEgress?: (decision: { readonly host: string; readonly allowed: boolean }) => void;
  readonly listeners?: readonly PassedListener[];
  /** Files below HOME, written inside the fence before the command starts: relative path → content. */
  readonly homeFiles?: Readonly<Record<string, string>>;
  /** Who owns the process; recovery after a crash finds leftovers by it. */
  readonly owner: string;
  /** A pseudo-terminal is the caller's own terminal: stdio inherited. */
  readonly terminal?: boolean;
  /** With it the command has one more pipe from Tutti, which nothing answers: `FencedProcess.control`. */
  readonly hasControl?: boolean;
};

export type ExitFact = {
  readonly code: number | null;
  readonly signal: string | null;
  /** Why Tutti ended it, when it did. */
  readonly ended: "workspace-full" | "stopped" | null;
};

export type FencedProcess = {
  readonly pid: number;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Null without `hasControl`. */
  readonly control: Writable | null;
  readonly exited: Promise<ExitFact>;
  /** SIGTERM, then SIGKILL of the whole tree after `graceMs`. Resolves when nothing is left. */
  readonly stop: (graceMs?: number) => Promise<ExitFact>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

export type Capability = {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly mend: string | null;
};

/** Starts processes in the fence. Refuses (TuttiError `sandbox.*`) rather than degrades. */
export type Sandbox = {
  readonly launch: (
    spec: LaunchSpec,
    options?: { readonly signal?: AbortSignal },
  ) => Promise<FencedProcess>;
  /** Six quick attacks that must fail, run once per boot before the first task. */
  readonly selfTest: () => Promise<readonly Capability[]>;
  /** What this machine offers, each with its mend. Never throws. */
  readonly capabilities: () => Promise<readonly Capability[]>;
  /** Ends process trees that an earlier daemon left, by recorded pid and start time. Returns how many. */
  readonly recover: () => Promise<number>;
};
