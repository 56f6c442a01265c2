/** What `tutti doctor` found, in three parts. */
import type { CapabilityView, DoctorReport } from "@tutti/protocol";
import type { Problem } from "../../documents/problem.ts";
import { padTo } from "../terminal/layout.ts";
import { printable, printableLine } from "../terminal/printable.ts";
import type { Style } from "../terminal/style.ts";
import { problemLines } from "./problem-list.ts";

const NAME_COLUMNS = 24;

export function machineLines(
  rows: readonly CapabilityView[],
  report: DoctorReport | null,
  style: Style,
): string[] {
  const log = report?.log ?? null;
  const data = report?.data ?? null;
  return [
    style.paint("strong", "Machine"),
    ...rowLines(rows, style),
    ...(log === null ? [] : [`  log   ${log}`]),
    ...(data === null ? [] : [`  data  ${data}`]),
  ];
}

export type ProjectState = {
  readonly root: string;
  readonly isConfigured: boolean;
  readonly problems: readonly Problem[];
  /** What keeps a run of the default workflow from starting, besides. */
  readonly unready: readonly Problem[];
};

export function projectLines(project: ProjectState | null, style: Style): string[] {
  const title = ["", style.paint("strong", "Project")];
  if (project === null) return [...title, "  not inside a git repository"];
  const { isConfigured } = project;
  const problems = [...project.problems, ...project.unready];
  const missing = isConfigured ? [] : ["  ! no .tutti/config.yaml; write one with `tutti init`"];
  const fine = `  ${style.paint("ok", "● ok")}      .tutti/config.yaml and the workflow files`;
  return [
    ...title,
    ...missing,
    ...problemLines(problems, style).map((line) => `  ${line}`),
    ...(isConfigured && problems.length === 0 ? [fine] : []),
  ];
}

export function probeLines(rows: readonly CapabilityView[], style: Style): string[] {
  return [
    "",
    style.paint("strong", "Checks and agents, run once in the fence"),
    ...rowLines(rows, style),
    ...(rows.length === 0 ? ["  nothing is configured"] : []),
  ];
}

function rowLines(rows: readonly CapabilityView[], style: Style): string[] {
  return rows.flatMap(({ name, ok, detail, mend }) => {
    const mark = style.paint(ok ? "ok" : "refused", padTo(ok ? "● ok" : "✕ not ok", 8));
    const [first = "", ...more] = printable(detail).trimEnd().split("\n");
    return [
      `  ${mark}  ${padTo(printableLine(name), NAME_COLUMNS)}  ${first}`,
      ...more.map((line) => `      ${line}`),
      ...(mend === null || ok ? [] : [`      ${printableLine(mend)}`]),
    ];
  });
}
