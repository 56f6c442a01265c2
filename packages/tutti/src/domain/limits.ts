/** Bounds of the state machine. Every back edge and retry has one (law 7). */

/** Tries of one reviewer on one candidate before a person is asked. */
export const REVIEWER_TRIES_MAX = 2;
/** Landings computed anew because the target moved, before a person is asked. */
export const LANDING_TRIES_MAX = 10;
/** Backoff before an attempt that follows an outside failure, doubling from here. */
export const RETRY_BACKOFF_MS = 500;
/** Permissions of one run that wait for an answer; an agent that asks for more is told no. */
export const PERMISSIONS_OPEN_MAX = 20;
/** Messages of one run that wait to be given to an agent; each is bounded too. */
export const MESSAGES_WAITING_MAX = 20;
/** Questions of one run that wait for an answer; an agent that asks more goes on without one. */
export const QUESTIONS_OPEN_MAX = 20;
/** Hosts that one run may have asked for; what it asks beyond that is refused and not recorded. */
export const EGRESS_HOSTS_MAX = 50;
/** Permissions and questions kept whose process is gone, and answers kept for permissions to come; the oldest go first. */
export const PERMISSIONS_VOIDED_MAX = 20;
export const QUESTIONS_VOIDED_MAX = 20;
export const ANSWERS_REMEMBERED_MAX = 200;
/** Cancelled turns of which the account is waited for; the oldest go first. */
export const UNACCOUNTED_TURNS_MAX = 20;
/** Facts kept for the next prompt of a step; the oldest go first. */
export const FACTS_KEPT_MAX = 6;
/** Attempts kept in the document per step. */
export const ATTEMPTS_KEPT_MAX = 50;
/** Terminals of one run that are open at once. */
export const TERMINALS_OPEN_MAX = 4;
/** Events of one decision: a run-away loop in the domain is a bug and asserts. */
export const EVENTS_PER_DECISION_MAX = 1000;

/** Of one finding in the document; the events keep all. */
export const RERUNS_KEPT_MAX = 20;

/** Runs of a reproduction on one tree that a verdict looks at; of more, one of each outcome and the newest. */
export const PROOF_RUNS_MAX = 12;
