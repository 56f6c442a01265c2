/** The command center as commands show it: a link that signs a browser in, and the desktop's browser. */
import type { WebLink, WebState } from "@tutti/protocol";
import { openInBrowser } from "../platform/open-in-browser.ts";
import type { Cli } from "./cli.ts";

export const addressOf = (port: number): string => `http://127.0.0.1:${port}`;

/** Opens the link where a person sits at a desktop, and prints it everywhere else. */
export async function showLink(
  cli: Cli,
  { url, port }: WebLink,
  { isBrowserWanted }: { readonly isBrowserWanted: boolean },
): Promise<void> {
  const { folders, env } = cli.deps;
  const isOpened =
    isBrowserWanted && cli.isTerminal && (await openInBrowser(url, { folder: folders.state, env }));
  if (isOpened) return cli.print(`Opened ${addressOf(port)} in your browser.`);
  cli.print(url);
  cli.note("Open it in a browser on this machine: it works once, within a minute.");
}

/** Pages that were open at that address do not find the daemon again. */
export function noteLost(cli: Cli, { port, lost }: WebState): void {
  if (lost === null || lost === undefined) return;
  const now = port === null ? "it is closed" : `it is at ${addressOf(port)}`;
  cli.note(`! Another program took the command center's port ${lost}: ${now} now.`);
}
