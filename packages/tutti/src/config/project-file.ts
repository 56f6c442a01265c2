/** `.tutti/config.yaml` as people write it. Resolved and merged it is a `ProjectConfig`. */
import {
  GLOB_MAX_CHARACTERS,
  GLOBS_MAX,
  McpServer,
  PermissionRule,
  ProjectConfig,
} from "@tutti/protocol";
import { z } from "zod";
import { AgentFile, AgentName, RolesFile } from "./agent-file.ts";

const Glob = z.string().max(GLOB_MAX_CHARACTERS);

export const PermissionsFile = z
  .array(
    PermissionRule.omit({ from: true }).extend({
      path: Glob.optional(),
      command: Glob.optional(),
    }),
  )
  .max(GLOBS_MAX);
export const ProtectedFile = z.array(Glob).max(GLOBS_MAX).default([]);
export const McpFile = z.record(
  z.string().regex(/^[a-z][a-z0-9-]*$/u, "a server name is lower-case words joined by -"),
  McpServer.omit({ from: true }),
);

export const ProjectFile = ProjectConfig.extend({
  agents: z.record(AgentName, AgentFile).default({}),
  roles: RolesFile.prefault({}),
  protected: ProtectedFile,
  permissions: PermissionsFile.optional(),
  mcp: McpFile.optional(),
});
export type ProjectFile = z.infer<typeof ProjectFile>;
