import type { Action } from "../command-spec.ts";

export const run: Action = async () => 1;
