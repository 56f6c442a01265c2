/** Names of the protocol that the ports are written in. */
export type {
  Candidate,
  CandidateEdit,
  CommitId,
  EffectId,
  LeftOutFile,
  Policy,
  RunId,
} from "@tutti/protocol";
export type MergeRefusal = "tip-moved" | "dirty-tree" | "conflict-markers" | "not-ancestor";
