/** Who does something. Approvals, waivers, policy and merges are refused to an agent (law 3). */
import { z } from "zod";
import { Family } from "./ids.ts";

export const Actor = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("person"),
    id: z.string().min(1).max(200),
    onBehalf: z.string().max(200).optional(),
    /** The API token that the request came with; without one, it is the person's own browser or command line. */
    token: z.object({ id: z.string().max(100), name: z.string().max(200) }).optional(),
  }),
  z.object({ kind: z.literal("agent"), agent: z.string(), family: Family }),
  z.object({ kind: z.literal("system"), part: z.string() }),
]);
export type Actor = z.infer<typeof Actor>;
