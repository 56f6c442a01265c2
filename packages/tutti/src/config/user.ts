/**
 * The user's own configuration file: agents (and the keys in their environment), defaults for roles,
 * what the fence shows of this machine, and rules that no repository may loosen.
 */
import { AgentConfig } from "@tutti/protocol";
import { z } from "zod";

const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/u, "an agent name is lower-case words joined by -");

export const UserConfig = z.strictObject({
  agents: z.record(name, AgentConfig).default({}),
  roles: z
    .strictObject({
      planner: z.string().optional(),
      author: z.string().optional(),
      reviewer: z.array(z.string()).optional(),
    })
    .prefault({}),
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
  protected: z.array(z.string()).default([]),
  workflow: z.string().optional(),
});
export type UserConfig = z.infer<typeof UserConfig>;
