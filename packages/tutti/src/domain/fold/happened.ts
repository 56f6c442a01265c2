import type { EventBody } from "@tutti/protocol";

/** One event as the fold sees it; `at` in milliseconds since the epoch. */
export type Happened = { readonly body: EventBody; readonly at: number };
