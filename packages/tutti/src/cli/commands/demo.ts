import type { Action } from "../command-spec.ts";

/** The demo reads its own options. */
export const run: Action = (cli, { args }) => cli.deps.demo(args);
