/** The user's keys, read and written by the command itself: no value goes through the daemon's interface. */
import { userInfo } from "node:os";
import type { AuditNote } from "@tutti/protocol";
import type { Cli } from "./cli.ts";
import { ON_BEHALF_VARIABLE } from "./create-cli.ts";
import { printableLine } from "./terminal/printable.ts";

export async function openKeys({ deps }: Cli) {
  const { openSecrets } = await import("../secrets/secrets.ts");
  const { checkSecretName } = await import("../secrets/secret-name.ts");
  const { folders, env } = deps;
  const secrets = openSecrets({ folders, environment: env, mayMakeKeyFile: true });
  return { ...secrets, check: checkSecretName };
}

/** The daemon has the audit; where none answers, the next one finds a note. The key is stored or gone whatever comes of it. */
export async function noteInAudit(cli: Cli, note: AuditNote): Promise<void> {
  const at = Date.now();
  try {
    const client = await cli.runningClient();
    await client.noteInAudit(note);
  } catch {
    await leaveNote(cli, { note, at });
  }
}

async function leaveNote(
  { deps: { folders, env }, note: tell }: Cli,
  { note, at }: { readonly note: AuditNote; readonly at: number },
): Promise<void> {
  const onBehalf = env[ON_BEHALF_VARIABLE];
  const who = { by: userInfo().username, ...(onBehalf === undefined ? {} : { onBehalf }) };
  try {
    const { leaveKeyNote } = await import("../secrets/key-notes.ts");
    leaveKeyNote(folders.data, { ...note, at, ...who });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    tell(`This is done, and not in the audit: ${printableLine(why)}`);
  }
}
