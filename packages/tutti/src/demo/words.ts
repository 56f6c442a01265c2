/** What the demo says before and after the run. */
import { existsSync, realpathSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import type { RunView } from "@tutti/protocol";
import { cut, shortId } from "../cli/terminal/layout.ts";
import { printableLine } from "../cli/terminal/printable.ts";
import { AUTHOR, REAL_ROLES, RIVAL } from "./agents.ts";
import type { Page } from "./page.ts";
import type { Sample } from "./samples/sample.ts";
import type { Postcondition } from "./verify.ts";

export function sayOpening(page: Page, isInteractive: boolean): void {
  const { line, paragraph } = page;
  line("");
  paragraph(
    "The whole workflow on a sample repository, each step shown as it happens. Two agents play it:",
  );
  line(`    ${AUTHOR.name}   family ${AUTHOR.family.padEnd(10)} plans and writes`);
  line(`    ${RIVAL.name}  family ${RIVAL.family.padEnd(10)} reviews what ${AUTHOR.name} wrote`);
  paragraph("Both are scripted: they act out a file, and no model is asked.", "strong");
  paragraph("Repository, daemon, fence, checks, evidence and merge are real.");
  paragraph(
    isInteractive
      ? "You are asked for each approval."
      : "Approvals are given by the demo on your behalf; --interactive asks you instead.",
  );
  line("");
}

export function sayTask(page: Page, facts: { sample: Sample; root: string; run: string }): void {
  const { line, paragraph } = page;
  line("  The task", "strong");
  paragraph(facts.sample.task.text);
  line("");
  line(`  repository  ${facts.root}`, "quiet");
  line(`  run         ${facts.run}`, "quiet");
  line("");
}

export function sayEnding(page: Page, view: RunView, conditions: readonly Postcondition[]): void {
  const { line, style, width } = page;
  const { merged } = view;
  line("");
  if (merged !== null) line(`  ● merged ${shortId(merged.commit)} into ${merged.target}`, "ok");
  else line(cut(`  ✕ not merged: ${printableLine(view.text)}`, width), "refused");
  if (conditions.length > 0) line("  Looked at again with git and by running the tests:");
  for (const { name, isMet } of conditions) {
    const mark = isMet ? style.paint("ok", "●") : style.paint("refused", "✕ not so:");
    line(`    ${mark} ${name}`);
  }
}

/** Why the run did not go on. */
export function sayStuck(page: Page, view: RunView, log: string): void {
  for (const { asks, why, details } of view.attention) {
    page.paragraph(`◆ ${printableLine(asks)}: ${printableLine(why)}`, "waiting");
    for (const detail of details) page.paragraph(printableLine(detail), "quiet");
  }
  page.line(`  log ${log}`, "quiet");
}

export function sayKept(page: Page, root: string): void {
  page.line(`  Everything of this run is kept in ${root}`, "quiet");
}

/** How to go on with the daemon of the demo. */
export function sayNext(
  page: Page,
  facts: { root: string; stageRoot: string; data: string; program: string },
): void {
  const { line, paragraph, command } = page;
  line("");
  paragraph("The demo's own daemon goes on running. To look around, type:");
  line(`    cd ${quoted(facts.root)}`);
  line(`    export TUTTI_DATA_DIR=${quoted(facts.data)}`);
  sayAlias(page, facts.program);
  command("tutti show", "contract, checks, evidence, approvals");
  command("tutti diff", "what it changed");
  command("tutti show --transcript", "what was said in the newest session");
  command("git log --graph --oneline", "how it was merged");
  command("tutti stop", `ends the daemon; then remove ${facts.stageRoot}`);
}

/** The key of the first agent below. */
const KEY_NAME = "ANTHROPIC_API_KEY";

export function sayRealAgents(page: Page, program: string): void {
  const { line, paragraph, command } = page;
  line("");
  paragraph("Real agents have a name in the catalogue. In a repository of yours:");
  sayAlias(page, program);
  command("tutti agents", "what is installed, and how to install the rest");
  command(`tutti keys set ${KEY_NAME}`, "kept outside the fence; one for each agent");
  command("tutti init", "writes .tutti/config.yaml: your checks, and");
  line(`      ${REAL_ROLES}`, "quiet");
  command("git add .tutti && git commit", "a run reads it from the commit");
  command("tutti doctor", "proves checks and agents in the fence");
  command("tutti agents test claude-code", "one real edit; asks before it costs");
  command('tutti run "…" --wait', "your first task");
  line("");
}

function sayAlias({ line }: Page, program: string): void {
  if (program !== "tutti") line(`    alias tutti=${quoted(program)}`);
}

const quoted = (text: string): string =>
  /^[\w./@:+-]+$/u.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

/**
 * What a person types to run this very program: `tutti` where that is on their PATH. Folders of npm
 * scripts are on the PATH of this process only.
 */
export function programOf(
  serve: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): string {
  const launcher = serve.find((word) => word.endsWith("tutti.mjs")) ?? "";
  const isOnPath = (env["PATH"] ?? "").split(delimiter).some((folder) => {
    if (!isAbsolute(folder) || folder.includes("node_modules")) return false;
    const file = join(folder, "tutti");
    return existsSync(file) && realpathSync(file) === launcher;
  });
  return isOnPath ? "tutti" : `node ${quoted(launcher)}`;
}
