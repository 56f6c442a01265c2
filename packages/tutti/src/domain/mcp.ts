/** Which MCP servers an agent of a run is given. */
import type { McpServer, Policy } from "@tutti/protocol";

/** Without the fence a server has all that the person has, so then only the person's own are started. */
export const serversOf = ({
  config,
  isolation,
}: Pick<Policy, "config" | "isolation">): Readonly<Record<string, McpServer>> =>
  Object.fromEntries(
    Object.entries(config.mcp ?? {}).filter(
      ([, { from }]) => isolation === "sandbox" || from === "user",
    ),
  );
