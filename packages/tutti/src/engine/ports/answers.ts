import type { ProjectId, RememberedAnswer } from "@tutti/protocol";

/** Answers that people gave for every run of a project. They lie with Tutti, never in the repository. */
export type ProjectAnswers = {
  readonly of: (project: ProjectId) => readonly RememberedAnswer[];
  /** Durable when it returns. Throws TuttiError `disk.full` and the like. */
  readonly add: (project: ProjectId, answer: RememberedAnswer) => void;
};
