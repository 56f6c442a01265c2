/** What needs a person: asked, why, and the exact command for every answer. */
import type { AttentionItem } from "@tutti/protocol";
import { columns, cut, duration, indent, wrap } from "../terminal/layout.ts";
import { printable, printableLine } from "../terminal/printable.ts";
import { questionLines } from "./question-lines.ts";
import type { Style } from "../terminal/style.ts";

/** Lines of details; the rest is in the JSON. What an agent asks is read before it is answered. */
const MAX_DETAILS = 12;
const MAX_QUESTION_LINES = 200;

export type AttentionOptions = {
  readonly style: Style;
  readonly width: number;
  readonly now: number;
};

export function attentionLines(item: AttentionItem, options: AttentionOptions): string[] {
  const { style, width, now } = options;
  const age = duration(now - item.since);
  const subject = item.subject === null ? "" : ` · ${item.subject.slice(0, 12)}`;
  const isQuestion = item.kind === "question";
  const details = item.details.flatMap((detail) =>
    printable(detail)
      .split("\n")
      .flatMap((line) => (isQuestion ? wrap(line, width - 4) : [cut(line, width - 4)])),
  );
  return [
    `${style.paint("waiting", `◆ ${printableLine(item.asks)}`)}  ${style.paint("quiet", `${age}${subject}`)}`,
    ...indent(wrap(printableLine(item.why), width - 4), 2),
    ...indent(shortened(details, isQuestion ? MAX_QUESTION_LINES : MAX_DETAILS), 4),
    ...indent(wrapped(questionLines(item.fields ?? []), width - 4), 4),
    ...indent(
      columns(
        [...looks(item), ...item.answers].map(({ label, command }) => [
          printableLine(label),
          safe(command),
        ]),
      ),
      4,
    ),
  ];
}

const wrapped = (lines: readonly string[], width: number): string[] =>
  lines.flatMap((line) => wrap(line, width));

/** An artifact's name and the beginning of its hash. */
const ARTIFACT = /^(?<name>[\w.-]+) [0-9a-f]{12}$/u;

/** What to look at before one answers. */
function looks({ run, kind, details }: AttentionItem): { label: string; command: string }[] {
  if (kind !== "approval" && kind !== "guard") return [];
  const names = details.flatMap((detail) => ARTIFACT.exec(detail)?.groups?.["name"] ?? []);
  if (names.length === 0) return [{ label: "See the change", command: `tutti diff ${run}` }];
  return names.map((name) => ({
    label: `Read ${name}`,
    command: `tutti show ${run} --artifact ${name}`,
  }));
}

function shortened(details: readonly string[], max: number): readonly string[] {
  if (details.length <= max) return details;
  return [...details.slice(0, max), `… ${details.length - max} more lines`];
}

/** People paste these into a shell; ids that an agent chose must not become words of it. */
const PASTABLE = /^[\w ./:@=,[\]-]+$/u;
const safe = (command: string): string => (PASTABLE.test(command) ? command : "tutti permit ls");
