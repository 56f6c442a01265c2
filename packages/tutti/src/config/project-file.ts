/** `.tutti/config.yaml` as people write it. Resolved and merged it is a `ProjectConfig`. */
import { McpServer, PermissionRule, ProjectConfig } from "@tutti/protocol";
import { z } from "zod";
import { AgentFile, AgentName, RolesFile } from "./agent-file.ts";

export const PermissionsFile = z.array(PermissionRule.omit({ from: true }));
export const McpFile = z.record(
  z.string().regex(/^[a-z][a-z0-9-]*$/u, "a server name is lower-case words joined by -"),
  McpServer.omit({ from: true }),
);

export const ProjectFile = ProjectConfig.extend({
  agents: z.record(AgentName, AgentFile).default({}),
  roles: RolesFile.prefault({}),
  permissions: PermissionsFile.optional(),
  mcp: McpFile.optional(),
});
export type ProjectFile = z.infer<typeof ProjectFile>;
