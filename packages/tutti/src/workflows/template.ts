/** Fills a step's text. Pure. What agents and the repository wrote is inserted as quoted data. */
import type { PlanItem } from "@tutti/protocol";
import { quoteBlock, quoteInline } from "./quote.ts";
import { readTemplate } from "./variables.ts";
import type { Part, Place, Variable } from "./variables.ts";

export type TemplateValues = {
  /** A person's words; they are inserted as they are. */
  readonly task: { readonly title: string; readonly text: string };
  readonly run: {
    readonly id: string;
    readonly workflow: string;
    readonly base: string;
    readonly target: string;
  };
  /** Null outside `for_each` and in a repair instance. */
  readonly item: PlanItem | null;
  /** Artifact name → text. */
  readonly artifacts: Readonly<Record<string, string>>;
  /** Open findings as text; empty when there is none. */
  readonly findings: string;
  /** What the last attempt or a later gate found wrong; empty when there is nothing. */
  readonly failures: string;
};

export const renderTemplate = (text: string, values: TemplateValues): string =>
  readTemplate(text)
    .map((part) => renderPart(part, values))
    .join("");

const renderPart = (part: Part, values: TemplateValues): string => {
  switch (part.kind) {
    case "text":
      return part.text;
    case "unknown":
      // The linter refuses these; a text that was never linted shows what was not understood.
      return part.source;
    case "artifact": {
      const artifact = Object.hasOwn(values.artifacts, part.name)
        ? values.artifacts[part.name]
        : undefined;
      return artifact === undefined
        ? `(there is no ${part.name} in this run)`
        : quote(part.name, artifact, part.at);
    }
    case "variable":
      return renderVariable(part.name, part.at, values);
  }
};

const renderVariable = (name: Variable, at: Place, values: TemplateValues): string => {
  const { task, run, item } = values;
  switch (name) {
    case "task.title":
      return task.title;
    case "task.text":
    case "task.goal":
      return task.text;
    case "run.id":
      return run.id;
    case "run.workflow":
      return run.workflow;
    case "run.base":
      return quoteInline(run.base);
    case "run.target":
      return quoteInline(run.target);
    case "findings":
    case "failures":
      return values[name] === "" ? "(none)" : quote(name, values[name], at);
    default:
      return renderItem(name, at, item);
  }
};

const renderItem = (
  name: Extract<Variable, `item.${string}`>,
  at: Place,
  item: PlanItem | null,
): string => {
  if (item === null)
    return name === "item.title" ? "the repair of what is reported below" : "(no plan item)";
  switch (name) {
    case "item.id":
      return item.id;
    case "item.title":
      return quoteInline(item.title);
    case "item.covers":
      return item.covers.length === 0 ? "(no requirement named)" : item.covers.join(", ");
    case "item.scope":
      return item.scope.length === 0
        ? "(not limited)"
        : item.scope.map((glob) => quoteInline(glob)).join(", ");
    case "item.notes":
      return item.notes === undefined ? "(none)" : quote("item.notes", item.notes, at);
  }
};

const quote = (name: string, text: string, at: Place): string =>
  at.isAlone
    ? quoteBlock(name, text)
    : text.includes("\n")
      ? `\n${quoteBlock(name, text)}\n`
      : quoteInline(text);
