/** The command center as commands show it: a link that signs a browser in, and the desktop's browser. */
import type { WebLink } from "@tutti/protocol";
import { openInBrowser } from "../platform/open-in-browser.ts";
import type { Cli } from "./cli.ts";

export const addressOf = (port: number): string => `http://127.0.0.1:${port}`;

/** Opens the link where a person sits at a desktop, and prints it everywhere else. */
export async function showLink(
  cli: Cli,
  { url, port }: WebLink,
  { isBrowserWanted }: { readonly isBrowserWanted: boolean },
): Promise<void> {
  const isOpened = isBrowserWanted && cli.isTerminal && (await openInBrowser(url, cli.deps.env));
  if (isOpened) return cli.print(`Opened ${addressOf(port)} in your browser.`);
  cli.print(url);
  cli.note("Open it in a browser on this machine: it works once, within a minute.");
}
