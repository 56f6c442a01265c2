/**
 * The user's own configuration file: agents (and the keys in their environment), defaults for roles,
 * what the fence shows of this machine, and rules that no repository may loosen.
 */
import { BudgetConfig, ModelPolicy, ProviderConfig, ProviderName } from "@tutti/protocol";
import { z } from "zod";
import { AgentFile, AgentName, RolesFile } from "./agent-file.ts";
import { McpFile, PermissionsFile, ProtectedFile } from "./project-file.ts";

export const UserConfig = z.strictObject({
  agents: z.record(AgentName, AgentFile).default({}),
  roles: RolesFile.prefault({}),
  sandbox: z
    .strictObject({
      read: z.array(z.string()).default([]),
      workspaceMiB: z.number().int().positive().optional(),
      tmpMiB: z.number().int().positive().optional(),
    })
    .prefault({}),
  merge: z.strictObject({ to: z.enum(["target", "branch"]).optional() }).prefault({}),
  review: z
    .strictObject({
      minForeignFamilies: z.number().int().min(1).max(3).optional(),
      whenUnavailable: z.enum(["ask", "block"]).optional(),
    })
    .prefault({}),
  limits: z
    .strictObject({
      turnMinutes: z
        .number()
        .positive()
        .max(24 * 60)
        .optional(),
      silenceMinutes: z
        .number()
        .positive()
        .max(24 * 60)
        .optional(),
    })
    .prefault({}),
  protected: ProtectedFile,
  workflow: z.string().optional(),
  budget: BudgetConfig.optional(),
  models: ModelPolicy.optional(),
  permissions: PermissionsFile.optional(),
  mcp: McpFile.optional(),
  /** Where models are asked. In this file only: a repository must not point a key somewhere. */
  providers: z.record(ProviderName, ProviderConfig).default({}),
});
export type UserConfig = z.infer<typeof UserConfig>;
