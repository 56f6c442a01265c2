/** Hands an address to the desktop's browser. */
import { join } from "node:path";
import { writeFileAtomic } from "./atomic-file.ts";
import { ensurePrivateFolder } from "./paths.ts";
import { run } from "./run-command.ts";

const OPENER = "xdg-open";
const TIMEOUT_MS = 5000;
/** The next link takes its place; the code in it is spent by the first browser, or in a minute. */
const FILE_NAME = "open.html";

type Desktop = {
  /** Only its user can read there. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
};

/**
 * False where there is no desktop, or it has no browser. The address may hold a secret, and arguments of
 * programs are visible to every user of the machine: the browser is given a file that leads there.
 */
export async function openInBrowser(url: string, { folder, env }: Desktop): Promise<boolean> {
  const hasDesktop = [env["DISPLAY"], env["WAYLAND_DISPLAY"]].some((name) => (name ?? "") !== "");
  if (!hasDesktop) return false;
  const path = join(ensurePrivateFolder(folder), FILE_NAME);
  writeFileAtomic(path, pageTo(url), { isDurable: false });
  const { code } = await run(OPENER, [path], { cwd: "/", timeoutMs: TIMEOUT_MS });
  return code === 0;
}

function pageTo(url: string): string {
  const address = url.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${address}">
<title>Tutti</title>
<p><a href="${address}">Go to the command center</a>
</html>
`;
}
