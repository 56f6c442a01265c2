/** Commands about the command center and who may use it. */
import type { CommandSpec } from "../command-spec.ts";

export const OPEN: CommandSpec = {
  name: "open",
  about: "Open the command center in your browser",
  details:
    "Prints a link that signs one browser in, once, within a minute. The command center listens on 127.0.0.1 alone, on port 4810 or a free one; TUTTI_PORT names another for the daemon.",
  options: [{ flags: "--no-browser", about: "Only print the link" }],
  examples: [
    { command: "tutti open", about: "In the browser of this desktop" },
    { command: "tutti open --no-browser", about: "For another browser on this machine" },
  ],
  load: () => import("../commands/open.ts"),
};

export const TOKENS: CommandSpec = {
  name: "tokens",
  about: "Tokens by which other programs of this machine use Tutti's interface",
  examples: [{ command: "tutti tokens ls", about: "Which there are, and when they were used" }],
  commands: [
    {
      name: "ls",
      about: "List the tokens",
      examples: [{ command: "tutti tokens ls", about: "Never shows a token itself" }],
      load: () => import("../commands/tokens-ls.ts"),
    },
    {
      name: "create",
      about: "Make a token and print it, once",
      args: [{ name: "name", about: "What it is for", isRequired: true }],
      options: [{ flags: "--days <days>", about: "How long it holds: 1 to 90 (default: 30)" }],
      examples: [
        { command: 'tutti tokens create "status line"', about: "For a month" },
        { command: 'tutti tokens create "today" --days 1', about: "For a day" },
      ],
      load: () => import("../commands/tokens-create.ts"),
    },
    {
      name: "rm",
      about: "Remove a token; whatever uses it ends at once",
      args: [{ name: "token", about: "Its id, as `tutti tokens ls` shows it", isRequired: true }],
      examples: [{ command: "tutti tokens rm t-4k2m8q6w3x5z", about: "By its id" }],
      load: () => import("../commands/tokens-rm.ts"),
    },
  ],
};
