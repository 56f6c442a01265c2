/** Where the scripted agent's program is, for who writes its command into a configuration. */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

export type Program = {
  /** The file for `node FILE SCRIPT.json`. */
  readonly file: string;
  /** What the fence must show, read-only, for it to run (the script and Node besides). */
  readonly read: readonly string[];
};

/** Its source in a checkout; its bundle beside the published program. */
export const scriptedAgentProgram = (): Program => {
  const source = fileURLToPath(new URL("./main.ts", import.meta.url));
  if (import.meta.url.endsWith(".ts") && existsSync(source))
    return { file: source, read: [dirname(source)] };
  const bundle = fileURLToPath(new URL("./scripted-agent.mjs", import.meta.url));
  return { file: bundle, read: [bundle] };
};
