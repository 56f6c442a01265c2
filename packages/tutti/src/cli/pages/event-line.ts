/** One line a person reads for one event; `null` for what only the record needs. */
import type { EventBody, RunEvent } from "@tutti/protocol";
import type { Style, Tone } from "../terminal/style.ts";
import { clockTime, shortId } from "../terminal/layout.ts";
import { printableLine } from "../terminal/printable.ts";

type Line = readonly [tone: Tone, shape: string, text: string];

export function eventLine(event: RunEvent, style: Style): string | null {
  const { body } = event;
  const line =
    runLine(body) ??
    stepLine(body) ??
    workLine(body) ??
    terminalLine(body) ??
    mergeLine(body) ??
    reviewLine(body) ??
    answerLine(body) ??
    wordsLine(body) ??
    egressLine(body);
  if (line === null) return null;
  const [tone, shape, text] = line;
  const time = style.paint("quiet", clockTime(event.at));
  return `${time} ${style.paint(tone, shape)} ${printableLine(text)}`;
}

function runLine(body: EventBody): Line | null {
  switch (body.type) {
    case "run.started":
      return ["strong", "◐", `started: ${body.task.title} (workflow ${body.workflow.name})`];
    case "run.paused":
      return ["waiting", "‖", `paused: ${body.reason}`];
    case "run.resumed":
      return ["running", "◐", "resumed"];
    case "run.cancelled":
      return ["quiet", "–", `cancelled: ${body.reason}`];
    case "run.finished": {
      const isGood = body.outcome === "merged" || body.outcome === "completed";
      const tone = isGood ? "ok" : "refused";
      return [tone, isGood ? "●" : "✕", `run ${body.outcome}: ${body.reason}`];
    }
    default:
      return null;
  }
}

function stepLine(body: EventBody): Line | null {
  switch (body.type) {
    case "step.started": {
      const by = body.agent === null ? "" : ` by ${body.agent}`;
      const again = body.attempt > 1 ? `, attempt ${body.attempt}` : "";
      return ["running", "◐", `${body.step}: working${by}${again}`];
    }
    case "step.passed":
      return ["ok", "●", `${body.step}: passed${tail(body.evidence.join("; "))}`];
    case "step.failed":
      return ["refused", "✕", `${body.step}: failed${tail(body.facts.summary)}`];
    case "step.reopened":
      return [
        "waiting",
        "↺",
        `${body.step}: again, because of ${body.because}${tail(body.facts.summary)}`,
      ];
    case "step.skipped":
      return ["quiet", "–", `${body.step}: skipped${tail(body.reason)}`];
    case "step.waived":
      return ["quiet", "▽", `${body.step}: waived by ${body.by}${tail(body.reason)}`];
    default:
      return null;
  }
}

function workLine(body: EventBody): Line | null {
  switch (body.type) {
    case "workspace.prepared":
      return ["ok", "●", `workspace ready${tail(body.facts.join("; "))}`];
    case "workspace.broken":
      return ["refused", "✕", `workspace not made: ${body.failure.message}`];
    case "workspace.taken":
      return ["waiting", "◆", `workspace taken by ${body.by}`];
    case "workspace.given":
      return ["running", "◐", `workspace given back by ${body.by}`];
    case "artifact.stored":
      return ["plain", "+", `${body.artifact.name} by ${body.by} (${shortId(body.artifact.hash)})`];
    case "checkpoint.created":
      return [
        "plain",
        "+",
        `${body.leftOut === undefined ? "checkpoint" : "candidate without some hunks"} ${shortId(body.candidate.commit)} by ${body.by}: ${counted(body.changed.length, "file")}`,
      ];
    case "candidate.restored":
      return ["plain", "+", `${body.by} took back in what was left out`];
    case "checks.ran": {
      const results = body.results.map(({ name, outcome }) => `${name} ${outcome}`);
      const isGreen = body.results.every(({ outcome }) => outcome === "green");
      const where = `${body.on} ${shortId(body.commit)}`;
      return [
        isGreen ? "ok" : "refused",
        isGreen ? "●" : "✕",
        `checks on ${where}: ${results.join(", ")}`,
      ];
    }
    default:
      return null;
  }
}

function terminalLine(body: EventBody): Line | null {
  switch (body.type) {
    case "terminal.opened": {
      const fence = body.isolation === "none" ? ", without a fence" : "";
      return ["plain", "+", `terminal opened by ${body.by} (${body.access}${fence})`];
    }
    case "terminal.closed":
      return ["quiet", "–", `terminal closed (${body.reason})`];
    default:
      return null;
  }
}

function mergeLine(body: EventBody): Line | null {
  switch (body.type) {
    case "landing.prepared":
      return ["plain", "+", `landing ${shortId(body.landing.commit)} computed`];
    case "merge.applied":
      return ["ok", "●", `merged ${shortId(body.commit)} into ${body.target}`];
    case "merge.refused":
      return ["waiting", "◆", `merge refused: ${body.message}`];
    default:
      return null;
  }
}

function reviewLine(body: EventBody): Line | null {
  switch (body.type) {
    case "reviewers.chosen":
      return body.outcome === "allow"
        ? ["plain", "+", `reviewers: ${body.reviewers.join(", ")}${tail(body.reason)}`]
        : ["waiting", "◆", `no reviewer: ${body.reason}`];
    case "degraded.accepted":
      return ["waiting", "◆", `degraded review accepted by ${body.by}${tail(body.reason)}`];
    case "finding.raised": {
      const { id, severity, claim, raisedBy } = body.finding;
      const who = `${raisedBy.agent} (${raisedBy.family})`;
      return ["waiting", "!", `${id} ${severity} raised by ${who}: ${claim}`];
    }
    case "finding.reran": {
      const said = body.problem === null ? "" : `, but could not: ${body.problem}`;
      return ["plain", "↺", `finding ${body.finding} run again by ${body.by}${said}`];
    }
    case "finding.ruled": {
      const isBad = body.verdict === "reproduced";
      return [
        isBad ? "refused" : "plain",
        "=",
        `${body.finding} ${body.verdict}${tail(body.reason)}`,
      ];
    }
    case "finding.disposed":
      return ["quiet", "=", `${body.finding}: ${body.disposition.kind}`];
    default:
      return null;
  }
}

function answerLine(body: EventBody): Line | null {
  switch (body.type) {
    case "approval.given": {
      const via = body.onBehalf === null ? "" : `, given by ${body.onBehalf} on their behalf`;
      return ["ok", "●", `${body.step}: approved by ${body.by}${via}${tail(body.comment ?? "")}`];
    }
    case "approval.refused":
      return [
        "waiting",
        "↺",
        `${body.step}: ${body.by} asks for ${body.answer}${tail(body.comment)}`,
      ];
    case "budget.raised": {
      const limits = Object.entries(body.budget).map(([measure, limit]) => `${limit} ${measure}`);
      return ["waiting", "▽", `budget raised by ${body.by} to ${limits.join(", ")}`];
    }
    case "guard.allowed":
      return ["waiting", "▽", `change to the judge allowed by ${body.by}${tail(body.reason)}`];
    case "guard.refused":
      return ["waiting", "↺", `change to the judge refused by ${body.by}${tail(body.reason)}`];
    case "permission.asked":
      return ["waiting", "◆", `${body.step} asks: ${body.title}`];
    case "permission.answered":
      return ["plain", "›", `permission ${body.option} by ${body.by}`];
    case "permission.voided":
      return ["quiet", "–", `permission void: ${body.reason}`];
    default:
      return null;
  }
}

function wordsLine(body: EventBody): Line | null {
  switch (body.type) {
    case "comment.added":
      return ["plain", "›", `${body.by} on ${body.on}: ${body.text}`];
    case "question.asked":
      return ["waiting", "◆", `${body.step} asks: ${body.message}`];
    case "question.answered":
      return [
        "plain",
        "›",
        `question ${body.action === "accept" ? "answered" : "left to the agent"} by ${body.by}`,
      ];
    case "question.voided":
      return ["quiet", "–", `question void: ${body.reason}`];
    case "turn.messaged": {
      const how = body.interrupts ? "interrupts" : "to";
      return ["plain", "›", `${body.by} ${how} ${body.step}: ${body.text}`];
    }
    case "message.given":
      return ["plain", "›", `${body.step} was given ${body.messages.join(", ")}`];
    case "message.withdrawn":
      return ["quiet", "–", `${body.by} took back ${body.message}`];
    default:
      return null;
  }
}

const tail = (text: string): string => (text === "" ? "" : `: ${text}`);
const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? "" : "s"}`;

function egressLine(body: EventBody): Line | null {
  switch (body.type) {
    case "egress.denied":
      return ["waiting", "◆", `${body.step ?? "set-up"} was refused the way to ${body.target}`];
    case "egress.allowed":
      return ["ok", "▽", `${body.target} allowed by ${body.by} for this ${body.scope}`];
    case "egress.refused":
      return ["quiet", "▽", `${body.target} stays refused, says ${body.by}`];
    default:
      return null;
  }
}
