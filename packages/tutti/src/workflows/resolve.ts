/** Finds workflow files. The nearest wins: the repository's, then the user's, then the built-in ones. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { StepId, TuttiError } from "@tutti/protocol";
import type { ProjectConfig, Workflow } from "@tutti/protocol";
import { formatProblem } from "../documents/problem.ts";
import type { Problem } from "../documents/problem.ts";
import { suggest } from "../documents/suggest.ts";
import { readWorkflow } from "./lint.ts";

/** Folder of a repository's own workflows. */
export const PROJECT_WORKFLOWS = ".tutti/workflows";

/** Somewhere workflow files are. `read` answers null where there is no such file. */
export type WorkflowPlace = {
  readonly origin: "project" | "user" | "built-in";
  /** Shown before file names in messages. */
  readonly folder: string;
  readonly read: (fileName: string) => Promise<string | null>;
  readonly list: () => Promise<readonly string[]>;
};

export type FoundWorkflow = {
  readonly name: string;
  readonly origin: WorkflowPlace["origin"];
  readonly file: string;
  readonly text: string;
};

/** Files of a folder on disk; a folder that is not there is empty. */
export const folderPlace = (origin: WorkflowPlace["origin"], folder: string): WorkflowPlace => ({
  origin,
  folder,
  read: (fileName) => orElse(readFile(join(folder, fileName), "utf8"), null),
  list: () => orElse(readdir(folder), []),
});

/** The files that ship with the program, beside its code. */
export const builtInPlace = (): WorkflowPlace => ({
  ...folderPlace("built-in", fileURLToPath(new URL("./builtin", import.meta.url))),
  folder: "built-in",
});

/** Null where no place has a workflow of this name. `places`: nearest first. */
export const resolveWorkflow = async (
  name: string,
  places: readonly WorkflowPlace[],
): Promise<FoundWorkflow | null> => {
  if (!StepId.safeParse(name).success) return null;
  for (const place of places) {
    const text = await place.read(`${name}.md`);
    if (text !== null)
      return { name, origin: place.origin, file: `${place.folder}/${name}.md`, text };
  }
  return null;
};

/** Every workflow that can be named, each from its nearest place, by name. */
export const listWorkflows = async (places: readonly WorkflowPlace[]): Promise<FoundWorkflow[]> => {
  const names = new Set<string>();
  for (const place of places) {
    for (const fileName of await place.list())
      if (fileName.endsWith(".md")) names.add(fileName.slice(0, -".md".length));
  }
  const found = await Promise.all(
    [...names].toSorted().map((name) => resolveWorkflow(name, places)),
  );
  return found.filter((one) => one !== null);
};

export type OpenedWorkflow = {
  readonly workflow: Workflow;
  readonly found: FoundWorkflow;
  readonly warnings: readonly Problem[];
};

/** A workflow that may run. TuttiError `workflow.unknown`, or `workflow.invalid` with every problem. */
export const openWorkflow = async (
  name: string,
  options: { readonly places: readonly WorkflowPlace[]; readonly config?: ProjectConfig },
): Promise<OpenedWorkflow> => {
  const found = await resolveWorkflow(name, options.places);
  if (found === null) {
    const known = await listWorkflows(options.places);
    const hint = suggest(
      name,
      known.map((one) => one.name),
    );
    throw new TuttiError("workflow.unknown", `There is no workflow \`${name}\`. ${hint}`.trimEnd());
  }
  const read = readWorkflow(found.text, { file: found.file, config: options.config });
  if (read.kind === "invalid") {
    const lines = read.problems.map((problem) => formatProblem(problem));
    throw new TuttiError("workflow.invalid", lines.join("\n"), { facts: { file: found.file } });
  }
  return { workflow: read.workflow, found, warnings: read.problems };
};

/** Only absence is an answer; what cannot be read is a failure. */
const orElse = async <Value, Other>(
  reading: Promise<Value>,
  absent: Other,
): Promise<Value | Other> => {
  try {
    return await reading;
  } catch (error) {
    if (
      error instanceof Error &&
      "code" in error &&
      (error.code === "ENOENT" || error.code === "ENOTDIR")
    )
      return absent;
    throw error;
  }
};
