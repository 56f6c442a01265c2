/** Commands about the user's keys. */
import type { CommandSpec } from "../command-spec.ts";

const NAME = { name: "name", about: "For example ANTHROPIC_API_KEY", isRequired: true };

export const KEYS: CommandSpec = {
  name: "keys",
  about: "Keep the keys of model providers: list, store, remove",
  details:
    "A key is looked for in the daemon's environment, then in the keyring, then in an encrypted file. A value is never an argument and never shown.",
  examples: [{ command: "tutti keys ls", about: "Names and where each comes from" }],
  commands: [
    {
      name: "ls",
      about: "List the names of keys and where each comes from",
      examples: [{ command: "tutti keys ls", about: "Never shows a value" }],
      load: () => import("../commands/keys-ls.ts"),
    },
    {
      name: "set",
      about: "Store a key: typed without an echo, or from standard input",
      details:
        "It goes into the keyring where `secret-tool` and a session bus are there, else into a file encrypted with TUTTI_SECRETS_KEY or with a key file that is made for it.",
      args: [NAME],
      examples: [
        { command: "tutti keys set ANTHROPIC_API_KEY", about: "Asks for the value" },
        { command: "tutti keys set OPENAI_API_KEY < key.txt", about: "From a file" },
      ],
      load: () => import("../commands/keys-set.ts"),
    },
    {
      name: "rm",
      about: "Remove a stored key",
      args: [NAME],
      examples: [{ command: "tutti keys rm OPENAI_API_KEY", about: "From keyring and file alike" }],
      load: () => import("../commands/keys-rm.ts"),
    },
  ],
};
