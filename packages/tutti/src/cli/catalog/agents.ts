/** Commands about agents. */
import type { CommandSpec } from "../command-spec.ts";

const LIST = { command: "tutti agents ls", about: "And what mends those that do not work" };

export const AGENTS: CommandSpec = {
  name: "agents",
  about: "List the agents there are",
  details:
    "The catalogue and what your files define: installed or not and in which version, whether the key of its provider is there, and the command that mends what is missing. Without a word after it: the list.",
  examples: [{ command: "tutti agents", about: "The same as `tutti agents ls`" }],
  load: () => import("../commands/agents-ls.ts"),
  commands: [
    {
      name: "ls",
      about: "List agents: installed? with a key? what is missing?",
      examples: [LIST, { command: "tutti agents ls --json", about: "The same for a program" }],
      load: () => import("../commands/agents-ls.ts"),
    },
    {
      name: "test",
      about: "Try an agent for real: a handshake and the edit of one file, inside the fence",
      details:
        "In a copy of this project that is thrown away. It asks the agent's model, which may cost money, so it asks you first; without a terminal it wants `--yes`. Tells time, memory and tokens.",
      args: [{ name: "agent", about: "Name of the agent", isRequired: true }],
      options: [{ flags: "--yes", about: "Do not ask" }],
      examples: [
        { command: "tutti agents test claude-code", about: "Asks before it costs anything" },
        { command: "tutti agents test codex --yes --json", about: "For a program" },
      ],
      load: () => import("../commands/agents-test.ts"),
    },
  ],
};
