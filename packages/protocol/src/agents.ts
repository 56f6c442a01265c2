/** What `tutti agents` tells: which agents there are, and what keeps each from working. */
import { z } from "zod";
import { Family } from "./ids.ts";

/**
 * `key`, `no-key`: for the provider that the gateway asks for it. `free`: the provider takes none.
 * `login`, `no-login`: its own, which the agent holds (`credentials: inside`). `no-provider`: nothing
 * says whom to ask. `own`: a program by command sees to it itself.
 */
export const AgentAccess = z.enum([
  "key",
  "no-key",
  "free",
  "login",
  "no-login",
  "no-provider",
  "own",
]);
export type AgentAccess = z.infer<typeof AgentAccess>;

export const AgentView = z.object({
  name: z.string(),
  title: z.string(),
  /** Who says that it is there. */
  from: z.enum(["catalogue", "user", "project"]),
  /** Entry of the catalogue that it is based on. */
  catalog: z.string().nullable(),
  /** Empty for a model API. */
  command: z.array(z.string()),
  family: Family,
  model: z.string().nullable(),
  roles: z.array(z.string()),
  installed: z.boolean(),
  version: z.string().nullable(),
  /** Whether it is the version that was tested; null for what does not come from the catalogue. */
  isTested: z.boolean().nullable(),
  access: AgentAccess,
  provider: z.string().nullable(),
  /** Name of the key; never its value. */
  keyName: z.string().nullable(),
  /** It has a login of its own for `credentials: inside`. */
  isSignedIn: z.boolean(),
  /** What the fence does not show of it and `sandbox.read` would have to name. */
  hidden: z.array(z.string()).default([]),
  /** The Node that it would find inside the fence, where that is older than it needs. */
  oldNode: z.string().optional(),
  /** Installed, with access to its models, and found inside the fence with what it runs on. */
  isReady: z.boolean(),
  /** The command, or what else to do, that mends what is missing. */
  mend: z.string().nullable(),
});
export type AgentView = z.infer<typeof AgentView>;

export const AgentsReport = z.object({
  agents: z.array(AgentView),
  /** What is wrong with the configuration: agents that it defines may be missing. */
  problems: z.array(z.string()),
});
export type AgentsReport = z.infer<typeof AgentsReport>;

export const AgentTestRequest = z.strictObject({
  /** A folder of the project in whose copy the agent is tried. */
  path: z.string().min(1).max(4096).startsWith("/", "an absolute path"),
  name: z.string().min(1).max(200),
});
export type AgentTestRequest = z.infer<typeof AgentTestRequest>;
