/** Every bound of the ACP adapter. An agent is foreign code: nothing it sends is taken without one. */

/** Time for `initialize` and for `session/new` each; the session's silence limit applies when it is shorter. */
export const HANDSHAKE_MS = 120_000;

/** Time for `session/load` and `session/resume`: a long history is replayed. The handshake's limits apply too. */
export const CONTINUE_MS = 60_000;

/** Names of what an agent offers, in a note. */
export const OFFERED_NAMED_MAX = 12;

/** Paths of one permission request that are looked at; a request with more is asked. */
export const FACT_PATHS_MAX = 64;
export const FACT_COMMAND_MAX_CHARS = 10_000;

/** One message on standard output. Tool calls may carry whole files. */
export const LINE_MAX_BYTES = 8 * 1024 * 1024;

/** What an agent may send at once, and how fast this allowance comes back. */
export const FLOOD_BURST_BYTES = 64 * 1024 * 1024;
export const FLOOD_REFILL_BYTES_PER_S = 1024 * 1024;

/** Lines on standard output that are not messages: some agents log there. */
export const GARBAGE_LINES_MAX = 200;

/** Text that comes in small pieces is joined for this long, or up to this size, into one entry. */
export const COALESCE_MS = 50;
export const ENTRY_MAX_CHARS = 16 * 1024;

/** Lines gone and come that are searched for in a change; one with more is shown as replaced. */
export const PATCH_MAX_EDITS = 400;
/** Of both texts of a change; of a larger one only how many lines it has is said. */
export const PATCH_MAX_CHARS = 256 * 1024;
/** Unchanged lines that are shown around a change. */
export const PATCH_CONTEXT_LINES = 3;

/** Output beside the protocol (standard error, stray lines) shown in the transcript of one session. */
export const OUTPUT_SHOWN_MAX_CHARS = 256 * 1024;
/** End of standard error that goes with a failure. */
export const STDERR_TAIL_CHARS = 2000;

/** Pictures of one session that are kept; further ones are named. */
export const IMAGES_MAX = 40;

/** Events that wait for the reader of a turn; beyond it the agent's output is not read. */
export const FEED_MAX_EVENTS = 256;
/** Entries kept between two turns; later ones are dropped. */
export const IDLE_MAX_ENTRIES = 100;

/** Requests of one kind that wait for a person; further ones are answered at once, with no. */
export const OPEN_ASKS_MAX = 16;
/** Answers of one permission, their ids (longer ones are not offered) and their names (cut). */
export const OPTIONS_MAX = 16;
export const OPTION_ID_MAX_CHARS = 200;
export const OPTION_NAME_MAX_CHARS = 200;
/** Of a question: its text (cut), its fields, and of each its name, title and explanation (cut). */
export const QUESTION_MESSAGE_MAX_CHARS = 8000;
export const QUESTION_FIELDS_MAX = 30;
export const FIELD_NAME_MAX_CHARS = 200;
export const FIELD_TITLE_MAX_CHARS = 300;
export const FIELD_ABOUT_MAX_CHARS = 1000;
/** A value that is offered is never cut: a field with a longer one, or with more of them, cannot be shown. */
export const FIELD_VALUE_MAX_CHARS = 1000;
export const FIELD_CHOICES_MAX = 100;
/** All fields of a form, as they are stored and sent to everybody who looks at the run. */
export const FORM_MAX_CHARS = 100_000;
/** Requests of the agent that have no answer yet; beyond it the agent's output is not read. */
export const OPEN_REQUESTS_MAX = 64;
export const TOOL_TITLES_MAX = 1000;

/** Time for an agent to end a cancelled turn by itself. */
export const CANCEL_GRACE_MS = 3000;
/** From SIGTERM to SIGKILL. */
export const STOP_GRACE_MS = 2000;
/** After the process ended: time to read what its pipe still holds. After its pipe ended: time to exit. */
export const EXIT_DRAIN_MS = 1000;
