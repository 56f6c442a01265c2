/** What the address of a run's terminals holds beside the run: which one is looked at. */
export type TerminalSearch = { readonly terminal?: string };

export const terminalSearch = ({ terminal }: Record<string, unknown>): TerminalSearch =>
  typeof terminal === "string" && /^t-[a-z0-9]{6,32}$/u.test(terminal) ? { terminal } : {};
