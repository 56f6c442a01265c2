/** What a person has asked for so far; empty words mean: as the project has it. */
import type { RunView, StartRun } from "@tutti/protocol";
import { type Attachment, withAttachments } from "./attachments.ts";

export type Draft = {
  readonly path: string;
  readonly text: string;
  readonly files: readonly Attachment[];
  readonly workflow: string;
  readonly author: string;
  readonly reviewers: readonly string[];
  readonly base: string;
  readonly target: string;
  readonly to: "" | "target" | "branch";
  readonly isolation: "sandbox" | "none";
};

export const emptyDraft = (path: string): Draft => ({
  path,
  text: "",
  files: [],
  workflow: "",
  author: "",
  reviewers: [],
  base: "",
  target: "",
  to: "",
  isolation: "sandbox",
});

type Asked = Pick<
  RunView,
  "base" | "isolation" | "project" | "roles" | "target" | "task" | "workflow"
>;

/** The same again, as it was asked for; on what the project is now. */
export function draftLike(view: Asked): Draft {
  const { task, project, workflow, roles, base, target, isolation } = view;
  return {
    ...emptyDraft(project.path),
    text: task.text,
    workflow: workflow.name,
    author: roles.author ?? "",
    reviewers: roles.reviewer ?? [],
    // Without another word the work begins where it goes.
    base: base.ref === target.branch ? "" : base.ref,
    target: target.to === "target" || base.ref !== target.branch ? target.branch : "",
    to: target.to,
    isolation,
  };
}

/** A Markdown file that comes before anything was written is the description itself. */
export function added(draft: Draft, files: readonly Attachment[]): Partial<Draft> {
  const [first, ...rest] = files;
  if (draft.text.trim() === "" && first !== undefined && /\.(?:md|markdown)$/iu.test(first.name))
    return { text: first.text, files: [...draft.files, ...rest] };
  return { files: [...draft.files, ...files] };
}

export function requestOf(draft: Draft): StartRun {
  const { path, workflow, author, reviewers, base, target, to, isolation } = draft;
  const roles = {
    ...(author === "" ? {} : { author }),
    ...(reviewers.length === 0 ? {} : { reviewer: [...reviewers] }),
  };
  return {
    path: path.trim(),
    text: withAttachments(draft.text, draft.files),
    ...(workflow === "" ? {} : { workflow }),
    ...(base.trim() === "" ? {} : { base: base.trim() }),
    ...(target.trim() === "" ? {} : { target: target.trim() }),
    ...(to === "" ? {} : { to }),
    ...(isolation === "sandbox" ? {} : { isolation }),
    ...(Object.keys(roles).length === 0 ? {} : { roles }),
  };
}

/** What is still missing, in words; null when it can be started. */
export function missing({ path, text, files }: Draft): string | null {
  if (!path.trim().startsWith("/")) return "Name the project by the absolute path of its folder.";
  if (text.trim() === "" && files.length === 0) return "Describe the task.";
  return null;
}
