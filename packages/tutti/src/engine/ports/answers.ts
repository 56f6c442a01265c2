import type { ProjectId, RememberedAnswer } from "@tutti/protocol";

/** Answers that people gave for every run of a project. They lie with Tutti, never in the repository. */
export type ProjectAnswers = {
  /** Throws TuttiError `answers.damaged` when what is kept cannot be read. */
  readonly of: (project: ProjectId) => readonly RememberedAnswer[];
  /** Durable when it returns. Throws TuttiError `answers.damaged`, `disk.full` and the like. */
  readonly add: (project: ProjectId, answer: RememberedAnswer) => void;
};
