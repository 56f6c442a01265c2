/** Bounds of the gateway. */

const MIB = 1024 * 1024;
const MINUTE_MS = 60_000;

/** A request's body is read whole, because its model and its bound on output decide what happens. */
export const REQUEST_MAX_BYTES = 32 * MIB;
/** Bodies in memory at once, until their answers begin: of one session, and of all. */
export const SESSION_BODIES_MAX_BYTES = 128 * MIB;
export const BODIES_MAX_BYTES = 512 * MIB;
export const BODIES_RETRY_MS = 1_000;
/** For a request's whole body to arrive. */
export const BODY_TIMEOUT_MS = MINUTE_MS;
/** From a connection's begin to its first request, and between its requests. */
export const CONNECTION_IDLE_MS = 2 * MINUTE_MS;
export const HEADERS_MAX_BYTES = 64 * 1024;
/** Connections of one session at once. */
export const CONNECTIONS_MAX = 256;
/** Requests of one session, refused ones too: an agent that asks more often is stuck in a loop. */
export const SESSION_MAX_REQUESTS = 20_000;

/** Answers that are not streams are read for metering up to this size; all of it is passed on. */
export const JSON_MAX_BYTES = 4 * MIB;
/** An event of a stream that is longer is passed on and not read. */
export const EVENT_MAX_CHARACTERS = 2 * MIB;
/** Of what a provider says about an error, in characters. */
export const ERROR_MAX_CHARACTERS = 300;

/** Waiting for a place under a provider's limits. */
export const QUEUE_MAX_REQUESTS = 512;
export const QUEUE_MAX_MS = 5 * MINUTE_MS;
/** A provider that asks for more patience than this is asked again after it. */
export const HOLD_MAX_MS = 5 * MINUTE_MS;
/** Pause after a first 429 without Retry-After; each further one doubles it. */
const HOLD_FIRST_MS = 1_000;
const HOLD_GROWTH_MAX = 60;

/** Finished requests are written together, at the latest after this. */
export const METER_FLUSH_MS = 50;
/** Finished requests in memory while the disk refuses; the oldest beyond it are lost, with a note in the log. */
export const METER_KEPT_MAX = 10_000;

/** Of an upstream. All in milliseconds. */
export type Timeouts = {
  /** A kept connection that breaks within it after sending had been closed before: it is asked anew. */
  readonly staleMs: number;
  /** From sending to the answer's headers: a model may think for minutes before it says anything. */
  readonly firstByteMs: number;
  /** In which nothing of an answer arrives. */
  readonly idleMs: number;
  /** From sending to the end: what bounds the minutes of a budget. */
  readonly totalMs: number;
};

export const TIMEOUTS: Timeouts = {
  staleMs: 1_000,
  firstByteMs: 10 * MINUTE_MS,
  idleMs: 5 * MINUTE_MS,
  totalMs: 60 * MINUTE_MS,
};

/** Output that is reserved for a request that names no bound of its own, in tokens. */
export const DEFAULT_MAX_OUTPUT_TOKENS = 32_000;

/**
 * Output that counts where nobody says what an answer took, for each second since it was sent. Above
 * what large models write today (50 to 200 a second), since what they think may never be seen.
 */
export const UNSTATED_TOKENS_PER_SECOND = 300;

export const holdAfter = (failures: number): number =>
  Math.min(HOLD_FIRST_MS * 2 ** Math.min(failures - 1, 16), HOLD_FIRST_MS * HOLD_GROWTH_MAX);
