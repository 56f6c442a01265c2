/** Hands an address to the desktop's browser. */
import { run } from "./run-command.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const OPENER = "xdg-open";
const TIMEOUT_MS = 5000;

/** False where there is no desktop, or it has no browser. Never throws. */
export async function openInBrowser(url: string, env: Environment): Promise<boolean> {
  const hasDesktop = [env["DISPLAY"], env["WAYLAND_DISPLAY"]].some((name) => (name ?? "") !== "");
  if (!hasDesktop) return false;
  const { code } = await run(OPENER, [url], { cwd: "/", timeoutMs: TIMEOUT_MS });
  return code === 0;
}
