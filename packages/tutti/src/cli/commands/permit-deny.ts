import { answerPermission } from "../answer-permission.ts";
import type { Action } from "../command-spec.ts";

export const run: Action = (cli, input) => answerPermission(cli, input, "reject");
