/** The user's keys, read and written by the command itself: no value goes through the daemon's interface. */
import type { Cli } from "./cli.ts";

export async function openKeys({ deps }: Cli) {
  const { openSecrets } = await import("../secrets/secrets.ts");
  const { checkSecretName } = await import("../secrets/secret-name.ts");
  const { folders, env } = deps;
  const secrets = openSecrets({ folders, environment: env, mayMakeKeyFile: true });
  return { ...secrets, check: checkSecretName };
}
