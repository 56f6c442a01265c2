/** The whole prompt of one turn, from what Tutti knows. Pure: the same input gives the same bytes. */
import type { AgentStep, Facts, PlanItem, ReviewStep } from "@tutti/protocol";
import { describeArtifacts } from "./output-contract.ts";
import { quoteBlock, quoteInline, QUOTE_RULE } from "./quote.ts";
import { renderTemplate } from "./template.ts";
import type { TemplateValues } from "./template.ts";
import { readTemplate } from "./variables.ts";

/** Longest patch that is shown in a review prompt; the rest is read in the work tree. */
const MAX_PATCH_CHARS = 100_000;
/** Changed files that are listed. */
const MAX_FILES_LISTED = 200;

export type PromptArtifact = {
  readonly name: string;
  readonly text: string;
  /** Approved by a person as what to build. */
  readonly isPinned: boolean;
};

type Common = {
  /** `build[P1]`; the first line of the prompt names it. */
  readonly key: string;
  /** From 1. */
  readonly attempt: number;
  readonly run: TemplateValues["run"];
  readonly task: TemplateValues["task"];
  /** The workflow's preamble. */
  readonly preamble: string;
  /** What the step builds on, in the order of the workflow. */
  readonly artifacts: readonly PromptArtifact[];
};

export type AgentPrompt = Common & {
  readonly step: AgentStep;
  readonly item: PlanItem | null;
  /** Why it is not the first time: the newest last. */
  readonly facts: readonly Facts[];
  /** Findings that this turn must settle. */
  readonly findings: readonly PromptFinding[];
  /** What people said about the step or its artifacts. */
  readonly comments: readonly string[];
  /** Commands that will decide. */
  readonly checks: readonly { readonly name: string; readonly run: string }[];
};

export type PromptFinding = {
  readonly id: string;
  readonly severity: string;
  readonly claim: string;
  readonly verdict: string | null;
  readonly locations: readonly { readonly path: string; readonly startLine?: number | undefined }[];
  readonly reproduction: {
    readonly run: string;
    readonly files: readonly { readonly path: string; readonly content: string }[];
  } | null;
};

/** Nothing of the author's goes in here: no messages, no notes, no report. */
export type ReviewPrompt = Common & {
  readonly step: ReviewStep;
  readonly changed: readonly string[];
  /** Null: the reviewer reads it in the work tree. */
  readonly patch: string | null;
};

export const assemblePrompt = (input: AgentPrompt): string => {
  const findings = describeFindings(input.findings);
  const failures = failuresOf(input);
  const values = { ...valuesOf(input), item: input.item, findings, failures };
  const used = usedBy(input.step.text);
  return join([
    opening(input),
    section("About this workflow", withoutTitle(input.preamble)),
    section("Your step", renderTemplate(input.step.text, values)),
    used.has("task.text") || used.has("task.goal")
      ? ""
      : section("The task", describeTask(input.task)),
    describeInputs(input.artifacts, used),
    section("Your item", describeItem(input.item, used)),
    used.has("failures") ? "" : quoteFailures(failures),
    findings === "" || used.has("findings")
      ? ""
      : section("Findings to settle", quoteBlock("findings", findings)),
    section("What people said", input.comments.join("\n\n")),
    section("How this step ends", ending(input)),
  ]);
};

export const assembleReviewPrompt = (input: ReviewPrompt): string => {
  const values = { ...valuesOf(input), item: null, findings: "", failures: "" };
  const used = usedBy(input.step.text);
  return join([
    opening(input),
    section("About this workflow", withoutTitle(input.preamble)),
    section(
      "Your step",
      [
        "Review a change that you did not write. You see what was asked for and the change itself; its author's explanations are withheld on purpose, so judge by what the code does.",
        "The work tree is a throw-away copy: run the tests, write and run experiments, change files as you like. Nothing of it is kept except the file named below.",
      ].join("\n"),
    ),
    section("More about this review", renderTemplate(input.step.text, values)),
    used.has("task.text") || used.has("task.goal")
      ? ""
      : section("What was asked for", describeTask(input.task)),
    describeInputs(input.artifacts, used),
    section("The change", describeChange(input)),
    section("How this step ends", describeArtifacts(["findings.json"])),
  ]);
};

/**
 * The session has all of the prompt before, and its task, artifacts and item are the same: only then is
 * it gone on with. What was said to the step since may be new, and what it must leave is said again.
 */
export const assembleContinuation = (input: AgentPrompt): string =>
  join([
    opening(input),
    section(
      "Go on",
      "This session was cut off in the middle of your step and is continued now. The work tree is as it was left: look at it first, then finish the step as it was asked above. Do not begin anew what is done already.",
    ),
    quoteFailures(failuresOf(input)),
    section("What people said", input.comments.join("\n\n")),
    section("How this step ends", ending(input)),
  ]);

const failuresOf = ({ facts }: AgentPrompt): string =>
  facts.map((fact) => describeFacts(fact)).join("\n\n");

const quoteFailures = (failures: string): string =>
  section("What was found wrong before", failures === "" ? "" : quoteBlock("failures", failures));

const opening = (input: Common): string =>
  `Tutti step: ${input.key} (attempt ${input.attempt})\n\n${QUOTE_RULE}`;

const section = (title: string, text: string): string =>
  text.trim() === "" ? "" : `## ${title}\n${text.trim()}`;

/** The file's own title would stand above the prompt's sections. */
const withoutTitle = (text: string): string => text.trimStart().replace(/^# .*(?:\n|$)/u, "");

const join = (sections: readonly string[]): string =>
  `${sections.filter((one) => one !== "").join("\n\n")}\n`;

const valuesOf = (input: Common) => ({
  task: input.task,
  run: input.run,
  artifacts: Object.fromEntries(input.artifacts.map((one) => [one.name, one.text])),
});

/** Variables and artifacts that the text already places itself; they are not given twice. */
const usedBy = (text: string): ReadonlySet<string> =>
  new Set(
    readTemplate(text).flatMap((part) =>
      part.kind === "variable" || part.kind === "artifact" ? [part.name] : [],
    ),
  );

const describeTask = ({ title, text }: Common["task"]): string =>
  text.startsWith(title) ? text : `${title}\n\n${text}`;

const describeInputs = (
  artifacts: readonly PromptArtifact[],
  used: ReadonlySet<string>,
): string => {
  const shown = artifacts.filter((one) => !used.has(one.name));
  if (shown.length === 0) return "";
  const pinned = shown.filter((one) => one.isPinned).map((one) => one.name);
  const note =
    pinned.length === 0
      ? ""
      : `Approved by a person and binding as what to build: ${pinned.join(", ")}.`;
  const blocks = shown.map((one) => quoteBlock(one.name, one.text));
  return section("What you build on", [note, ...blocks].filter((one) => one !== "").join("\n\n"));
};

/** What the step's text does not say of the item itself. */
const describeItem = (item: PlanItem | null, used: ReadonlySet<string>): string => {
  if (item === null) return "";
  const covers = item.covers.join(", ");
  const scope = item.scope.map((glob) => quoteInline(glob)).join(", ");
  const parts = [
    { name: "item.title", text: `Item ${item.id}: ${quoteInline(item.title)}` },
    { name: "item.covers", text: covers === "" ? "" : `It covers ${covers}.` },
    { name: "item.scope", text: scope === "" ? "" : `It stays within ${scope}.` },
    {
      name: "item.notes",
      text: item.notes === undefined ? "" : quoteBlock("item.notes", item.notes),
    },
  ];
  return parts
    .filter(({ name, text }) => text !== "" && !used.has(name))
    .map(({ text }) => text)
    .join("\n");
};

const describeFacts = (facts: Facts): string => [facts.summary, ...facts.details].join("\n");

const describeFindings = (findings: readonly PromptFinding[]): string =>
  findings.map((finding) => describeFinding(finding)).join("\n\n");

const describeFinding = (finding: PromptFinding): string => {
  const places = finding.locations.map(({ path, startLine }) =>
    startLine === undefined ? path : `${path}:${startLine}`,
  );
  const files = (finding.reproduction?.files ?? []).flatMap(({ path, content }) => [
    `--- ${path}`,
    content,
  ]);
  return [
    `${finding.id} (${finding.severity}, ${finding.verdict ?? "not ruled"}): ${finding.claim}`,
    ...(places.length === 0 ? [] : [`at ${places.join(", ")}`]),
    ...(finding.reproduction === null
      ? []
      : [`reproduced by: ${finding.reproduction.run}`, ...files]),
  ].join("\n");
};

const describeChange = (input: ReviewPrompt): string => {
  const listed = input.changed.slice(0, MAX_FILES_LISTED);
  const more = input.changed.length - listed.length;
  const files = [...listed, ...(more > 0 ? [`… and ${more} more`] : [])].join("\n");
  return [
    "The last commit of the work tree is the change, its parent is what it started from: `git diff HEAD~1 HEAD` shows all of it.",
    quoteBlock("changed files", files),
    ...(input.patch === null ? [] : [quoteBlock("patch", input.patch, MAX_PATCH_CHARS)]),
  ].join("\n\n");
};

const ending = (input: AgentPrompt): string => {
  const decides =
    input.checks.length === 0
      ? ""
      : `These checks decide, run by Tutti on a frozen copy without network:\n${input.checks.map((check) => `- ${check.name}: ${quoteInline(check.run)}`).join("\n")}`;
  const access =
    input.step.access === "workspace"
      ? "Leave the change in the work tree; Tutti commits what it finds there when your turn ends, also what you committed yourself. Do not edit `.tutti/`, CI files or check scripts, and do not delete, skip or weaken tests: such edits stop the run until a person allows them. Your word that it is done counts for nothing, the checks do."
      : "The work tree is a throw-away copy: read it and run things in it; changes to it are discarded.";
  return [access, decides, describeArtifacts(input.step.produces)]
    .filter((one) => one !== "")
    .join("\n\n");
};
