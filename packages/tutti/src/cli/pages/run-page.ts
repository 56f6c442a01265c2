/** A run as a page of text: the same parts in the same order as on the run page of the web. */
import type {
  CheckView,
  FindingView,
  ProofWord,
  RequirementView,
  RunView,
  StepView,
} from "@tutti/protocol";
import {
  clockTime,
  columns,
  cut,
  duration,
  indent,
  padTo,
  shortId,
  wrap,
} from "../terminal/layout.ts";
import { printable, printableLine } from "../terminal/printable.ts";
import { markText, runMark, STEP_MARKS, type Style, type Tone } from "../terminal/style.ts";
import { attentionLines } from "./attention-list.ts";
import { messageLines } from "./message-list.ts";
import { cost, usageLines } from "./usage-page.ts";
import { warningLine } from "./warning-line.ts";

export type PageOptions = { readonly style: Style; readonly width: number; readonly now: number };

const STATE_COLUMNS = 15;
/** Lines of a red check's last output. */
const MAX_TAIL_LINES = 12;
const MAX_FAILING = 10;

export function runPage(view: RunView, options: PageOptions): string {
  const { style } = options;
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ["", headLines(view, options)],
    ["Steps", view.steps.map((step) => stepLine(step, options))],
    ["Models", [...lineageLines(view), ...usageLines(view)]],
    ["Contract", (view.contract?.requirements ?? []).flatMap((r) => requirementLines(r, options))],
    ["Checks", view.checks.flatMap((check) => checkLines(check, options))],
    ["Findings", view.findings.flatMap((finding) => findingLines(finding, options))],
    ["Not verified", notVerified(view)],
    ["Approvals", view.approvals.map((approval) => approvalLine(approval))],
    ["Said to agents", messageLines(view, options)],
    ["Result", resultLines(view)],
    ["Needs you", view.attention.flatMap((item) => attentionLines(item, options))],
  ];
  const shown = sections.filter(([, lines]) => lines.length > 0);
  return shown
    .map(([title, lines]) =>
      title === ""
        ? lines.join("\n")
        : [style.paint("strong", title), ...indent(lines, 2)].join("\n"),
    )
    .join("\n\n");
}

function headLines(view: RunView, { style, width, now }: PageOptions): string[] {
  const time = duration((view.finishedAt ?? now) - view.startedAt);
  const families = `${marks(view.families.authors)} → ${marks(view.families.reviewers)}`;
  const facts = [
    view.run,
    view.workflow.name,
    `${view.base.ref} ${shortId(view.base.commit)} → ${view.target.branch}`,
    time,
    families,
  ];
  const waived = Object.entries(view.workflow.waives);
  return [
    style.paint("strong", cut(printableLine(view.task.title), width)),
    `${markText(style, runMark(view.state))}  ${printableLine(view.text)}`,
    ...(view.paused === null || view.state !== "waiting"
      ? []
      : [style.paint("quiet", `paused too: ${printableLine(view.paused)}`)]),
    style.paint("quiet", printableLine(facts.join(" · "))),
    ...(view.isolation === "none"
      ? [style.paint("refused", "✕ no fence: agents and checks run without isolation")]
      : []),
    ...waived.map(([stage, why]) =>
      style.paint("waiting", `▽ the workflow waives ${stage}: ${printableLine(why)}`),
    ),
    ...view.steps
      .filter(({ outcome }) => outcome === "waived")
      .map(({ id, detail }) => style.paint("waiting", printableLine(`▽ ${id}: ${detail}`))),
    ...view.degraded.map(({ step, by, reason }) =>
      style.paint(
        "waiting",
        printableLine(
          `▽ degraded: ${step} without a foreign reviewer, accepted by ${by}: ${reason}`,
        ),
      ),
    ),
    ...view.warnings.map((warning) => warningLine(warning, style)),
  ];
}

/** Who wrote and who judged, where more is known of it than the configuration says. */
function lineageLines({ families }: RunView): string[] {
  const { authors, reviewers } = families.lineage;
  const lines = [
    ["written by", authors],
    ["judged by", reviewers],
  ] as const;
  return lines.flatMap(([what, all]) =>
    all
      .filter(({ lineage }) => lineage === "metered" || lineage === "reported")
      .map(({ name, family, lineage, models }) =>
        printableLine(
          [`${what} ${name} (${family}, ${lineage})`, models.join(", ")]
            .filter((part) => part !== "")
            .join(": "),
        ),
      ),
  );
}

/** Two letters a family, as in lists and on the web. */
const marks = (families: readonly string[]): string =>
  families.length === 0 ? "··" : families.map((family) => familyMark(family)).join("+");

const FAMILY_MARKS: Readonly<Record<string, string>> = {
  anthropic: "AN",
  openai: "OA",
  google: "GO",
  human: "ME",
};
const familyMark = (family: string): string =>
  FAMILY_MARKS[family] ?? printableLine(family).slice(0, 2).toUpperCase();

function stepLine(step: StepView, { style, width }: PageOptions): string {
  const mark = markText(style, STEP_MARKS[step.outcome], STATE_COLUMNS);
  const attempts = step.attempts > 1 ? `attempt ${step.attempts}` : "";
  const spent = step.usage === null ? "" : cost(step.usage);
  const parts = [step.agent ?? "", attempts, spent, printableLine(step.detail)];
  const text = parts.filter((part) => part !== "").join(" · ");
  return `${mark}  ${padTo(step.id, 16)}  ${cut(text, Math.max(width - STATE_COLUMNS - 24, 20))}`;
}

const REQUIREMENT_MARKS = {
  proven: ["●", "ok"],
  tested: ["●", "ok"],
  failing: ["✕", "refused"],
  unverified: ["○", "quiet"],
} as const satisfies Record<RequirementView["state"], readonly [string, Tone]>;

function requirementLines(requirement: RequirementView, { style, width }: PageOptions): string[] {
  const [shape, tone] = REQUIREMENT_MARKS[requirement.state];
  const word = requirement.state === "unverified" ? "not verified" : requirement.state;
  const must = requirement.must ? "MUST  " : "SHOULD";
  const by = requirement.by === null ? "" : ` (${printableLine(requirement.by)})`;
  const [first = "", ...rest] = wrap(printableLine(requirement.text), width - 16);
  return [
    `${padTo(requirement.id, 4)} ${must}  ${first}`,
    ...indent(rest, 13),
    `             ${style.paint(tone, `${shape} ${word}`)}${by}`,
  ];
}

const CHECK_MARKS = {
  green: ["●", "ok"],
  red: ["✕", "refused"],
  "timed-out": ["✕", "refused"],
  error: ["✕", "refused"],
  empty: ["○", "refused"],
} as const satisfies Record<CheckView["outcome"], readonly [string, Tone]>;

function checkLines(check: CheckView, { style, width }: PageOptions): string[] {
  const [shape, tone] = CHECK_MARKS[check.outcome];
  const { passed, failed, skipped } = check.counts;
  const counts =
    check.report === "exit"
      ? `exit ${check.exitCode ?? "none"}`
      : `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
  const where = `${check.on} ${shortId(check.commit)}`;
  const flaky =
    check.flaky.length === 0
      ? ""
      : ` · flaky: ${check.flaky.map((name) => printableLine(name)).join(", ")}`;
  const head = `${style.paint(tone, padTo(`${shape} ${check.outcome}`, 11))}  ${padTo(printableLine(check.name), 12)}  ${counts} · ${where} · ${(check.durationMs / 1000).toFixed(1)} s${flaky}`;
  if (check.outcome === "green") return [head];
  const failing = check.failing
    .slice(0, MAX_FAILING)
    .map((name) => `not ok ${printableLine(name)}`);
  const output = printable(check.tail).trimEnd().split("\n").slice(-MAX_TAIL_LINES);
  return [
    head,
    ...indent(
      [...failing, ...output].map((line) => cut(line, width - 6)),
      4,
    ),
  ];
}

function findingLines(finding: FindingView, { style, width }: PageOptions): string[] {
  const { raisedBy, evidence, disposition } = finding;
  const verdict = finding.verdict ?? "not ruled yet";
  const isBad = finding.verdict === "reproduced";
  const waived =
    disposition.kind === "waived" ? ` · waived by ${disposition.who}: ${disposition.why}` : "";
  const who = `${raisedBy.agent} (${raisedBy.family}, ${raisedBy.lineage})`;
  const rows =
    evidence === null
      ? []
      : columns([
          [
            "base",
            `candidate ${shortId(evidence.candidateCommit)}`,
            `fixed ${evidence.fixedCommit === null ? "" : shortId(evidence.fixedCommit)}`.trim(),
          ],
          [proofText(evidence.base), proofText(evidence.candidate), proofText(evidence.fixed)],
        ]);
  return [
    `${style.paint("strong", finding.id)} ${finding.severity} ${style.paint(isBad ? "refused" : "plain", verdict)}${printableLine(waived)}`,
    ...indent(wrap(printableLine(finding.claim), width - 8), 3),
    ...indent(rows, 3),
    ...(finding.reproduction === null
      ? []
      : [`   rerun: ${cut(printableLine(finding.reproduction.run), width - 14)}`]),
    ...finding.reruns.map((rerun) => printableLine(`   ${rerunText(rerun)}`)),
    style.paint("quiet", `   raised by ${printableLine(who)}`),
  ];
}

const rerunText = ({
  by,
  at,
  candidate,
  words,
  problem,
}: FindingView["reruns"][number]): string => {
  const said = problem ?? `base ${proofText(words.base)}, candidate ${proofText(words.candidate)}`;
  return `run again by ${by} at ${clockTime(at)} on ${shortId(candidate)}: ${said}`;
};

const PROOF_TEXTS = { pass: "● pass", fail: "✕ fail", mixed: "~ mixed", error: "! error" } as const;
const proofText = (word: ProofWord): string => (word === null ? "○ not run" : PROOF_TEXTS[word]);

function notVerified(view: RunView): string[] {
  const open = (view.contract?.requirements ?? []).filter(({ state }) => state === "unverified");
  return open.map(
    ({ id, check }) => `○ ${id}: nothing that Tutti ran decides it (${checkText(check)})`,
  );
}

function checkText(check: RequirementView["check"]): string {
  const [entry] = Object.entries(check);
  return entry === undefined ? "no check" : printableLine(`${entry[0]}: ${entry[1]}`);
}

function approvalLine(approval: RunView["approvals"][number]): string {
  const { step, by, onBehalf, at, subject, seen } = approval;
  const via = onBehalf === null ? "" : `, given by ${onBehalf} on their behalf`;
  return printableLine(
    `● ${step} approved by ${by}${via} at ${clockTime(at)} (${subject.slice(0, 12)})${seenText(seen)}`,
  );
}

function seenText(seen: RunView["approvals"][number]["seen"]): string {
  return seen === undefined ? "" : `, who had seen ${seen.files} of ${seen.of.files} files`;
}

function resultLines({ merged, refusal, candidate, workspace, guard, run }: RunView): string[] {
  const lines: string[] = guard.map(({ kind, path, detail }) =>
    printableLine(`! ${kind}: ${path} (${detail})`),
  );
  if (candidate !== null && merged === null) lines.push(`candidate ${candidate.commit}`);
  if (merged !== null)
    lines.push(
      printableLine(
        `● merged ${merged.commit} into ${merged.target} (work tree: ${merged.workTree})`,
      ),
    );
  if (refusal !== null)
    lines.push(
      printableLine(`✕ merge refused: ${refusal.message}`),
      ...refusal.paths.map((path) => `  ${printableLine(path)}`),
    );
  if (workspace.takenBy !== null)
    lines.push(printableLine(`workspace taken by ${workspace.takenBy}: ${workspace.root ?? ""}`));
  for (const ref of workspace.parked)
    lines.push(
      `parked ${ref}; get it with`,
      printableLine(`  git fetch ${workspace.vault ?? "VAULT"} ${ref}`),
    );
  if (candidate !== null) lines.push(`see the change with \`tutti diff ${run}\``);
  return lines;
}
