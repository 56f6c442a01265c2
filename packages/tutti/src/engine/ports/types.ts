/** Names of the protocol that the ports are written in. */
export type { Candidate, CommitId, EffectId, Policy, RunId } from "@tutti/protocol";
export type MergeRefusal = "tip-moved" | "dirty-tree" | "conflict-markers" | "not-ancestor";
