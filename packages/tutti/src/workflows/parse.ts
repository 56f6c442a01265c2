/** Reads a workflow file into the protocol's workflow. Whether its graph makes sense is `lint.ts`'s matter. */
import { StepId, Workflow } from "@tutti/protocol";
import type { WorkflowStep } from "@tutti/protocol";
import { readBySchema } from "../documents/explain.ts";
import { hasErrors, sortProblems } from "../documents/problem.ts";
import type { Problem } from "../documents/problem.ts";
import { quoteList, suggest } from "../documents/suggest.ts";
import { readYaml } from "../documents/yaml-document.ts";
import type { Path, YamlDocument } from "../documents/yaml-document.ts";
import { BLOCKS, FrontMatter, STEP_KINDS } from "./file.ts";
import type { StepBlock, StepKind } from "./file.ts";
import { readOutline } from "./sections.ts";
import type { Outline, Section } from "./sections.ts";
import { toStep } from "./step.ts";

/** Where things stand in the file, for messages about the parsed workflow. */
export type WorkflowPlaces = {
  readonly file: string;
  readonly preambleLines: readonly number[];
  readonly steps: ReadonlyMap<string, StepPlace>;
};
type StepPlace = {
  readonly heading: number;
  /** Line of a key of the typed block; the heading's when the key is absent. */
  readonly lineOf: (path: Path) => number;
  readonly textLines: readonly number[];
};

export type ParsedWorkflow =
  | {
      readonly kind: "workflow";
      readonly workflow: Workflow;
      readonly problems: readonly Problem[];
      readonly places: WorkflowPlaces;
    }
  | { readonly kind: "invalid"; readonly problems: readonly Problem[] };

type Complain = (problem: Omit<Problem, "file">) => void;
type ReadStep = {
  readonly section: Section;
  readonly block: StepBlock;
  readonly document: YamlDocument;
};

/** `file` is only named in messages. Problems of a parsed workflow are warnings. */
export const parseWorkflow = (text: string, file: string): ParsedWorkflow => {
  const outline = readOutline(text, file);
  const problems: Problem[] = [...outline.problems];
  const complain: Complain = (problem) => problems.push({ file, ...problem });
  const front = readFront(outline, { file, problems, complain });
  const read = outline.sections.flatMap((section) =>
    readStep(section, { file, problems, complain }),
  );
  refuseDuplicates(outline.sections, complain);
  if (outline.sections.length === 0 && outline.problems.length === 0) {
    complain({
      line: 1,
      level: "error",
      message: "The workflow has no step.",
      mend: "Add one: `## Step: ID` and a ```yaml block with its `kind`.",
    });
  }
  const steps = read.flatMap((step, index): WorkflowStep[] => {
    const before = read[index - 1]?.section.id;
    return [
      toStep(step.block, { id: step.section.id, text: step.section.text, before: before ?? null }),
    ];
  });
  for (const step of read) warnOfIgnored(step, complain);
  if (front === null || hasErrors(problems))
    return { kind: "invalid", problems: sortProblems(problems) };
  const workflow = Workflow.safeParse({
    name: front.name,
    description: front.description,
    preamble: outline.preamble,
    waives: front.waives,
    ...(front.budget === undefined ? {} : { budget: front.budget }),
    steps,
  });
  if (!workflow.success) {
    complain({
      line: 1,
      level: "error",
      message: `The workflow is not valid: ${workflow.error.issues[0]?.message ?? "unknown"}.`,
      mend: "Use at most 60 steps.",
    });
    return { kind: "invalid", problems: sortProblems(problems) };
  }
  const places = placesOf(outline, { file, read });
  return { kind: "workflow", workflow: workflow.data, problems: sortProblems(problems), places };
};

type Context = { readonly file: string; readonly problems: Problem[]; readonly complain: Complain };

const readFront = (outline: Outline, context: Context): FrontMatter | null => {
  if (outline.front === null) {
    context.complain({
      line: 1,
      level: "error",
      message: "The file has no front matter.",
      mend: "Begin it with `---`, `name: …`, `description: …`, `---`, each on its own line.",
    });
    return null;
  }
  const yaml = readYaml(outline.front.text, {
    file: context.file,
    firstLine: outline.front.firstLine,
  });
  const read =
    yaml.kind === "unreadable"
      ? ({ kind: "invalid", problems: yaml.problems } as const)
      : readBySchema(FrontMatter, yaml.document);
  if (read.kind === "invalid") {
    context.problems.push(...read.problems);
    return null;
  }
  return read.data;
};

const readStep = (section: Section, context: Context): ReadStep[] => {
  if (!StepId.safeParse(section.id).success) {
    context.complain({
      line: section.headingLine,
      level: "error",
      message: `\`${section.id}\` cannot be a step id.`,
      mend: "Use lower-case words joined by `-`, beginning with a letter.",
    });
    return [];
  }
  const { text, firstLine } = section.block;
  const yaml = readYaml(text, { file: context.file, firstLine });
  if (yaml.kind === "unreadable") {
    context.problems.push(...yaml.problems);
    return [];
  }
  const kind = kindOf(yaml.document, context.complain);
  if (kind === null) return [];
  const read = readBySchema(BLOCKS[kind], yaml.document);
  if (read.kind === "invalid") {
    context.problems.push(...read.problems);
    return [];
  }
  const block: StepBlock = read.data;
  refuseUnclear({ section, block, document: yaml.document }, context.complain);
  return [{ section, block, document: yaml.document }];
};

const kindOf = (document: YamlDocument, complain: Complain): StepKind | null => {
  const { data } = document;
  const kind: unknown =
    typeof data === "object" && data !== null ? Reflect.get(data, "kind") : undefined;
  const known = STEP_KINDS.find((one) => one === kind);
  if (known !== undefined) return known;
  complain({
    line: document.lineOf(["kind"]),
    level: "error",
    message:
      kind === undefined
        ? "`kind` is missing."
        : `\`kind\` is \`${JSON.stringify(kind)}\`; it must be one of ${quoteList(STEP_KINDS)}.`,
    mend:
      typeof kind === "string"
        ? suggest(kind, STEP_KINDS)
        : `Add \`kind:\` with one of ${quoteList(STEP_KINDS)}.`,
  });
  return null;
};

const refuseUnclear = (step: ReadStep, complain: Complain): void => {
  const { block, document } = step;
  if (block.kind !== "agent") return;
  if (
    block.role === undefined &&
    block.agent === undefined &&
    block.access === undefined &&
    block.stage === undefined
  ) {
    complain({
      line: document.lineOf(["kind"]),
      level: "error",
      message: `Step \`${step.section.id}\` does not say who does it.`,
      mend: "Add `role: planner` or `role: author`.",
    });
  }
};

const warnOfIgnored = (step: ReadStep, complain: Complain): void => {
  if (step.block.kind !== "agent" || step.block.retry?.on === undefined) return;
  complain({
    line: step.document.lineOf(["retry", "on"]),
    level: "warning",
    message: "`retry.on` changes nothing: whatever the gate refuses is tried again.",
    mend: "Remove the key.",
  });
};

const refuseDuplicates = (sections: readonly Section[], complain: Complain): void => {
  const seen = new Map<string, number>();
  for (const section of sections) {
    const first = seen.get(section.id);
    if (first === undefined) seen.set(section.id, section.headingLine);
    else
      complain({
        line: section.headingLine,
        level: "error",
        message: `There are two steps \`${section.id}\`; the first is on line ${first}.`,
        mend: "Rename one of them.",
      });
  }
};

const placesOf = (
  outline: Outline,
  options: { readonly file: string; readonly read: readonly ReadStep[] },
): WorkflowPlaces => ({
  file: options.file,
  preambleLines: outline.preambleLines,
  steps: new Map(
    options.read.map(({ section, document }): [string, StepPlace] => [
      section.id,
      { heading: section.headingLine, lineOf: document.lineOf, textLines: section.textLines },
    ]),
  ),
});
