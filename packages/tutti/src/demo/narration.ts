/** What a person is told about one event of the run; `null` for what only the record needs. */
import type { Evidence, EventBody, EventOf, ProofRun, Verdict } from "@tutti/protocol";
import { columns, shortId } from "../cli/terminal/layout.ts";
import { printableLine } from "../cli/terminal/printable.ts";
import type { Tone } from "../cli/terminal/style.ts";

type Mark = readonly [shape: string, tone: Tone];

export type Telling = {
  readonly mark: Mark;
  /** The step, or what it is about where no step is. */
  readonly about: string;
  readonly text: string;
  readonly details: readonly string[];
};

export type Cast = {
  /** Family of each agent. */
  readonly families: Readonly<Record<string, string>>;
  /** What is to be known about a step of the script, by its key. */
  readonly notes: Readonly<Record<string, string>>;
  /** The step in which rivals review. */
  readonly review: string;
};

const GOOD: Mark = ["●", "ok"];
const BAD: Mark = ["✕", "refused"];
const WORKS: Mark = ["◐", "running"];
const MADE: Mark = ["+", "plain"];
const CLAIMED: Mark = ["!", "waiting"];
const BACK: Mark = ["↺", "waiting"];

export const tellingOf = (body: EventBody, cast: Cast): Telling | null =>
  ofWork(body, cast) ?? ofReview(body, cast) ?? ofAnswer(body) ?? ofEnd(body);

function ofWork(body: EventBody, { families, notes }: Cast): Telling | null {
  switch (body.type) {
    case "workspace.prepared":
      return tell(GOOD, "workspace", "a clone of its own; agents and checks are fenced in");
    case "step.started": {
      if (body.agent === null) return null;
      const again = body.attempt > 1 ? `, attempt ${body.attempt}` : "";
      const text = `${named(body.agent, families)} works${again}`;
      return tell(WORKS, body.step, text, [notes[body.step] ?? ""]);
    }
    case "artifact.stored":
      return ofArtifact(body);
    case "checkpoint.created": {
      const { candidate, changed, by, step } = body;
      const text = `commit ${shortId(candidate.commit)} by ${by}: ${changed.join(", ")}`;
      return tell(MADE, step ?? "workspace", text);
    }
    case "checks.ran":
      return ofChecks(body);
    default:
      return null;
  }
}

function ofArtifact({ artifact, data, step, by }: EventOf<"artifact.stored">): Telling {
  const told = tell(MADE, step ?? "", `${artifact.name} by ${by} (${shortId(artifact.hash)})`);
  switch (data.kind) {
    case "contract": {
      const details = data.contract.requirements.map(
        ({ id, must, text }) => `${id} ${must ? "must" : "may"}  ${text}`,
      );
      return { ...told, details };
    }
    case "plan": {
      const details = data.plan.items.map(
        ({ id, title, covers }) => `${id}  ${title} (covers ${covers.join(", ")})`,
      );
      return { ...told, details };
    }
    case "text":
    case "reproduction":
      return told;
  }
}

function ofChecks({ step, on, commit, results, proofs }: EventOf<"checks.ran">): Telling {
  const isGreen = results.every(({ outcome }) => outcome === "green");
  const checks = results.map(({ name, outcome, counts }) => {
    const failed = counts.failed > 0 ? `, ${counts.failed} failed` : "";
    return `${name} ${outcome} (${counts.passed} passed${failed})`;
  });
  const proven = proofs.map(({ proof, runs }) => `proof of ${proof} ${columnOf(runs)}`);
  const text = `on the ${on} ${shortId(commit)}: ${[...checks, ...proven].join("; ")}`;
  return tell(isGreen ? GOOD : BAD, step, text);
}

function ofReview(body: EventBody, { families, review }: Cast): Telling | null {
  switch (body.type) {
    case "reviewers.chosen": {
      if (body.outcome !== "allow") return tell(BAD, body.step, body.reason);
      const who = body.reviewers.map((agent) => named(agent, families)).join(", ");
      return tell(WORKS, body.step, `${who} reviews the diff and runs what it likes in a copy`);
    }
    case "finding.raised": {
      const { claim, id, raisedBy, reproduction } = body.finding;
      const text = `${id} by ${named(raisedBy.agent, families)}: ${claim}`;
      return tell(CLAIMED, "finding", text, [
        reproduction === undefined ? "no reproduction" : `reproduction: ${reproduction.run}`,
      ]);
    }
    case "finding.ruled": {
      const { finding, verdict, reason, evidence } = body;
      const details = evidence === null ? [] : evidenceRows(evidence);
      return tell(markOf(verdict), "evidence", `${finding} ${verdict}. ${reason}`, details);
    }
    case "step.passed":
      return body.step === review ? tell(GOOD, review, "passed: no finding is open") : null;
    default:
      return null;
  }
}

const markOf = (verdict: Verdict): Mark => ["=", verdict === "reproduced" ? "refused" : "ok"];

/** One row under three heads, as the evidence matrix has them. */
const evidenceRows = ({ base, candidate, fixed }: Evidence): string[] =>
  columns([
    ["base", "candidate", "fixed"],
    [columnOf(base), columnOf(candidate), columnOf(fixed)],
  ]);

function columnOf(runs: readonly ProofRun[]): string {
  const [first] = runs;
  if (first === undefined) return "–";
  const isSame = runs.every(({ outcome }) => outcome === first.outcome);
  return isSame ? `${first.outcome} ×${runs.length}` : "mixed";
}

function ofAnswer(body: EventBody): Telling | null {
  switch (body.type) {
    case "approval.given": {
      const { by, onBehalf, step, subject } = body;
      const who = onBehalf === null ? by : "the demo on your behalf";
      return tell(GOOD, step, `approved by ${who}; bound to ${shortId(subject)}`);
    }
    case "approval.refused":
      return tell(BACK, body.step, `${body.by} asks for ${body.answer}`);
    case "step.reopened":
      return tell(BACK, body.step, `back to the author: ${body.facts.summary}`);
    default:
      return null;
  }
}

function ofEnd(body: EventBody): Telling | null {
  switch (body.type) {
    case "step.failed":
      return tell(BAD, body.step, body.facts.summary);
    case "landing.prepared":
      return tell(MADE, body.step, `merge commit ${shortId(body.landing.commit)} computed`);
    case "merge.applied": {
      const text = `${body.target} is ${shortId(body.commit)} now; work tree ${body.workTree}`;
      return tell(GOOD, "merge", text);
    }
    case "merge.refused":
      return tell(BAD, "merge", body.message);
    case "workspace.broken":
      return tell(BAD, "workspace", body.failure.message);
    case "run.cancelled":
      return tell(BAD, "run", `cancelled: ${body.reason}`);
    default:
      return null;
  }
}

const named = (agent: string, families: Cast["families"]): string =>
  families[agent] === undefined ? agent : `${agent} (${families[agent]})`;

function tell(mark: Mark, about: string, ...[text, details = []]: TellingText): Telling {
  const lines = details.map((detail) => detail.trimEnd()).filter((detail) => detail !== "");
  return { mark, about, text: printableLine(text), details: lines };
}

type TellingText = readonly [text: string, details?: readonly string[]];
