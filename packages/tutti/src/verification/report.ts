import type { TestResult } from "@tutti/protocol";

/** What a report says, tests in its order and numbered. */
export type Report = {
  readonly tests: readonly TestResult[];
  /** Why the report itself is no success, whatever its tests say: cut off, bailed out, unreadable. */
  readonly problems: readonly string[];
};

/** More tests than this in one report are not read; the report is then a problem. */
export const TESTS_MAX = 100_000;
