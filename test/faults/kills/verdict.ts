/** What must be true when all runs have ended and the daemon is gone. Each sentence returned is a violation. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { RunDocument, RunEvent, RunId } from "@tutti/protocol";
import { replay } from "../../../packages/tutti/src/domain/fold/evolve.ts";
import { hashOf } from "../../../packages/tutti/src/domain/hash.ts";
import type { Store } from "../../../packages/tutti/src/engine/ports/store.ts";
import { openSqliteStore } from "../../../packages/tutti/src/store/sqlite/store.ts";
import type { Project } from "../../fixtures/project.ts";
import { AUTHOR_STEP, PROMPTS } from "./lean-project.ts";
import type { Ledger } from "./ledger.ts";
import { touching } from "../../fixtures/processes.ts";

const PAGE = 1000;

export type Subject = {
  readonly daemon: { readonly data: string };
  readonly projects: readonly Project[];
  readonly folders: readonly string[];
  readonly ledger: Ledger;
};

export const judge = async (subject: Subject): Promise<string[]> => {
  const store = openSqliteStore(subject.daemon.data);
  try {
    const events = allEvents(store);
    return [
      ...judgeMemory(subject.ledger, events),
      ...store.openEffects().map(({ effect }) => `effect ${effect.id} is still open`),
      ...[...subject.ledger.runs].flatMap(([run, { project }]) =>
        judgeRun(store, { run, project, events: events.filter((event) => event.run === run) }),
      ),
      ...subject.projects.flatMap((project) => judgeRepository(project, subject.ledger)),
      ...judgeLeftovers(subject),
    ];
  } finally {
    await store.close();
  }
};

const allEvents = (store: Store): RunEvent[] => {
  const events: RunEvent[] = [];
  for (;;) {
    const page = store.events(events.length, PAGE);
    if (page.length === 0) return events;
    events.push(...page);
  }
};

/** Everything that a client was told is there, unchanged, and nothing else. */
const judgeMemory = (
  { seen, acknowledged, runs }: Ledger,
  events: readonly RunEvent[],
): string[] => {
  const found: string[] = [];
  for (const [index, event] of events.entries())
    if (event.seq !== index + 1) found.push(`event ${event.seq} has place ${index + 1}`);
  for (const [seq, hash] of seen) {
    const event = events[seq - 1];
    if (event === undefined || hashOf(event) !== hash)
      found.push(`event ${seq} is not what was seen`);
  }
  if (events.length !== seen.size) found.push(`${events.length} events, ${seen.size} seen`);
  const words = new Set(events.map(({ run, body }) => `${run} ${wordOf(body)}`));
  for (const { run, what } of acknowledged)
    if (!words.has(`${run} ${what}`)) found.push(`run ${run} lost its ${what}`);
  const started = events.filter(({ body }) => body.type === "run.started");
  for (const { run } of started)
    if (!runs.has(run)) found.push(`run ${run} was started by nobody's wish`);
  return found;
};

const wordOf = (body: RunEvent["body"]): string => {
  if (body.type === "run.started") return "start";
  if (body.type === "comment.added") return `comment ${body.text}`;
  return body.type === "approval.given" ? `approval of ${body.subject}` : "";
};

type RunSubject = {
  readonly run: RunId;
  readonly project: Project;
  readonly events: readonly RunEvent[];
};

const judgeRun = (store: Store, subject: RunSubject): string[] => {
  const { run, events } = subject;
  const document = store.document(run);
  const replayed = replay(events);
  if (document === null || replayed === null) return [`run ${run} has no document`];
  const found: string[] = [];
  if (hashOf(document) !== hashOf(replayed)) found.push("its document is not what its events say");
  if (document.finished?.outcome !== "merged")
    found.push(`it ended as ${document.finished?.outcome ?? "nothing"}: ${last(document)}`);
  if (document.workspace.kind !== "disposed") found.push("its workspace is not disposed of");
  else if (document.workspace.parked.length > 0) found.push("merged work was parked");
  found.push(...judgeTurns(events), ...judgeSessions(store, run));
  if (document.merged !== null)
    found.push(...judgePrompts(document, subject), ...judgeCommits(subject), ...judgeWork(subject));
  if (found.length > 0) found.push(`what happened: ${events.map(summaryOf).join(" · ")}`);
  return found.map((sentence) => `run ${run}: ${sentence}`);
};

const summaryOf = ({ body }: RunEvent): string => {
  if (body.type === "effect.requested") return `${body.effect.id} ${body.effect.payload.kind}`;
  if (body.type === "effect.settled") return `${body.effect} ${body.outcome}`;
  return "step" in body ? `${body.type} ${body.step}` : body.type;
};

const last = (document: RunDocument): string =>
  document.finished?.reason ?? JSON.stringify(document.effects);

/** No attempt is asked for twice, and what is cut off goes on as a later attempt. */
const judgeTurns = (events: readonly RunEvent[]): string[] => {
  const found: string[] = [];
  const asked = new Map<string, string>();
  const outcomes = new Map<string, string>();
  for (const { body } of events) {
    if (body.type === "effect.settled") outcomes.set(body.effect, body.outcome);
    if (body.type !== "effect.requested") continue;
    const { id, payload } = body.effect;
    if (payload.kind !== "agent.turn" && payload.kind !== "review.turn") continue;
    const subject = payload.kind === "review.turn" ? payload.candidate.commit : "";
    const attempt = `${payload.step} ${payload.agent} ${subject} attempt ${payload.attempt}`;
    const earlier = asked.get(attempt);
    if (earlier !== undefined) found.push(`${attempt} was asked for by ${earlier} and ${id}`);
    asked.set(attempt, id);
  }
  const cut = [...outcomes.values()].filter((outcome) => outcome === "interrupted").length;
  const shown = events.filter(
    ({ body }) => body.type === "step.attempt-ended" && body.outcome === "interrupted",
  ).length;
  if (cut !== shown) found.push(`${cut} turns were cut off, ${shown} attempts say so`);
  return found;
};

/** The author's own record: one prompt for each attempt, none for some that were cut off early. */
const judgePrompts = (document: RunDocument, { run, project }: RunSubject): string[] => {
  const attempts = document.steps[AUTHOR_STEP]?.attempts ?? [];
  const lines = project.git("show", `main:${PROMPTS}/${run}`).split("\n");
  const prompts = lines.map((line) => Number(line.split(" ")[0]));
  const found: string[] = [];
  for (const { number, outcome } of attempts) {
    const count = prompts.filter((prompt) => prompt === number).length;
    const isRight = count === 1 || (count === 0 && outcome === "interrupted");
    if (!isRight) found.push(`attempt ${number} (${outcome}) had ${count} prompts`);
  }
  const nth = lines.map((line) => Number(line.split(" ")[1]));
  if (nth.some((count, index) => count > (prompts[index] ?? 0)))
    found.push(`more prompts than attempts: ${lines.join(", ")}`);
  return found;
};

/** The target has the run's work, as it was when the last check and the review passed. */
const judgeWork = ({ run, project }: RunSubject): string[] => {
  const work = project.git("show", `main:work/${run}`);
  return work === "whole" ? [] : [`its work on the target is ${JSON.stringify(work)}`];
};

/** One merge, and one commit for each checkpoint. */
const judgeCommits = ({ run, project, events }: RunSubject): string[] => {
  const grep = `--grep=^Tutti-Run: ${run}$`;
  const count = (...args: string[]) => Number(project.git("rev-list", "--count", ...args));
  const merges = count("--merges", grep, "main");
  const commits = count("--no-merges", grep, "main");
  const made = new Set(
    events.flatMap(({ body }) =>
      body.type === "checkpoint.created" && body.candidate.commit !== body.parent
        ? [body.candidate.commit]
        : [],
    ),
  );
  return [
    ...(merges === 1 ? [] : [`${merges} merge commits`]),
    ...(commits === made.size ? [] : [`${commits} commits for ${made.size} checkpoints`]),
  ];
};

/** A session belongs to one attempt: it has at most one prompt. */
const judgeSessions = (store: Store, run: RunId): string[] =>
  store.transcript.sessions(run).flatMap((session) => {
    const { entries } = store.transcript.read(session, 0, PAGE);
    const prompts = entries.filter(({ kind }) => kind === "prompt").length;
    return prompts > 1 ? [`session ${session} had ${prompts} prompts`] : [];
  });

const judgeRepository = (project: Project, { runs }: Ledger): string[] => {
  const found: string[] = [];
  const own = [...runs.values()].filter((begun) => begun.project === project).length;
  const merged = project.git("rev-list", "--first-parent", "--merges", "main").split("\n");
  if (own > 0 && merged.length !== own) found.push(`${merged.length} merges for ${own} runs`);
  const effects = project
    .git("log", "--format=%(trailers:key=Tutti-Effect,valueonly)", "main")
    .split("\n")
    .filter((line) => line !== "");
  if (new Set(effects).size !== effects.length) found.push("one effect made two commits");
  const dirty = project.git("status", "--porcelain");
  if (dirty !== "") found.push(`the work tree is not clean: ${dirty}`);
  const refs = project.git("for-each-ref", "--format=%(refname)");
  if (refs !== "refs/heads/main") found.push(`refs were left: ${refs}`);
  if (existsSync(join(project.root, ".git/index.lock"))) found.push("the index is locked");
  project.git("fsck", "--no-progress", "--connectivity-only");
  return found.map((sentence) => `${project.root}: ${sentence}`);
};

const judgeLeftovers = ({ daemon, folders }: Subject): string[] => [
  ...["runs", "processes", "intents"].flatMap((name) =>
    readdirSync(join(daemon.data, name)).map((entry) => `${name}/${entry} was left`),
  ),
  ...touching(folders).map(({ pid, about }) => `process ${pid} was left: ${about}`),
];
