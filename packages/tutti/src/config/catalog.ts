/** What a configuration needs to know of an agent of the catalogue, as data: how it is launched is no concern of it. */
export type CatalogAgent = {
  /** `claude-code`, `codex`, `gemini`, … */
  readonly id: string;
  readonly title: string;
  /** Family of its usual models. */
  readonly family: string;
  /** Provider that is asked for it where a file names none; null: a file has to name one. */
  readonly provider: string | null;
  /** Program and arguments that start it; the program is looked up on the PATH. */
  readonly command: readonly string[];
  /** The command by which people install it. */
  readonly install: string;
  /** Its usual model; null leaves that to the agent. */
  readonly model: string | null;
  /** Session mode without which it cannot be trusted inside the fence; null: any of its own. */
  readonly mode: string | null;
  /** The command that signs it in without a key; null where it cannot have a login of its own. */
  readonly signIn: string | null;
  /** The command that prints a long-lived token to store as the key. */
  readonly printToken?: string;
};
