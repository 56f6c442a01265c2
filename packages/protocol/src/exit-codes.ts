/** Exit codes of the command line. */
export const EXIT_CODES = {
  ok: 0,
  failed: 1,
  usage: 2,
  waiting: 3,
  policy: 4,
  conflict: 5,
  interrupted: 130,
} as const;
