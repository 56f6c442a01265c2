/**
 * An agent as people write it: by its command, by its name in the catalogue, or a model API that is
 * asked directly. A run's policy holds the resolved form, `AgentConfig`.
 */
import { AgentConfig, Family } from "@tutti/protocol";
import { z } from "zod";

export const AgentName = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/u, "an agent name is lower-case words joined by -");

const { egress, env, mode, provider, effort, credentials, model } = AgentConfig.shape;

/** Exactly one of `command`, `agent`, `api` says what it is; `agent` may have a `command` of its own. */
export const AgentFile = z.strictObject({
  command: z.array(z.string().min(1)).min(1).optional(),
  agent: z.string().optional(),
  api: z.string().optional(),
  family: Family.optional(),
  model,
  effort,
  env: env.removeDefault().optional(),
  egress: egress.removeDefault().optional(),
  mode,
  provider,
  credentials,
});
export type AgentFile = z.infer<typeof AgentFile>;

/** A role names an agent, or says what it is on the spot. */
const RoleFile = z.union([z.string(), AgentFile]);
export type RoleFile = z.infer<typeof RoleFile>;

export const RolesFile = z.strictObject({
  planner: RoleFile.optional(),
  author: RoleFile.optional(),
  reviewer: z.array(RoleFile).optional(),
});
export type RolesFile = z.infer<typeof RolesFile>;
