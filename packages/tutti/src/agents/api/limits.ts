/** Bounds of asking a model directly. */

/** What one answer may have. Reserved under a budget before it is asked for. */
export const OUTPUT_MAX_TOKENS = 16_384;

/** Times that a request is sent again after 429 or 5xx, with growing pauses, before the turn fails. */
export const REQUEST_RETRIES_MAX = 2;

/** Text that comes in small pieces is joined up to this size, or for this long, into one entry. */
export const ENTRY_MAX_CHARS = 16 * 1024;
export const COALESCE_MS = 250;

/** Of a provider's own words in a failure. */
export const MESSAGE_MAX_CHARS = 1000;
