/** The engine: commands in, events out, effects in between. Wires the runs, the dispatcher and the performers. */
import type { Actor, Effect, EffectResult, RunDocument, RunEvent } from "@tutti/protocol";
import { RunId, TuttiError } from "@tutti/protocol";
import type { Engine, PersonCommand, RunRequest, Started } from "./api.ts";
import { createAdvisers } from "./advice.ts";
import { amend } from "./amend.ts";
import { opinionIn } from "./opinion.ts";
import { fillBoards } from "./fill-boards.ts";
import { createDoings } from "./doings.ts";
import { createEgressDesk } from "./egress.ts";
import { createFeed } from "./feed.ts";
import { createFenceGate } from "./fence-gate.ts";
import { endWhatWrites } from "./give-back.ts";
import { groupsOf } from "./groups.ts";
import { createBaselines } from "./perform/baseline.ts";
import { withLineage } from "./perform/models.ts";
import { performEffect, type Shared } from "./perform/perform.ts";
import { sourceOf } from "./perform/context.ts";
import { createMessages } from "./messages.ts";
import { createHalts, haltIn, payOwed } from "./halts.ts";
import { outcomeOf } from "./outcome.ts";
import { createPermissions } from "./permissions.ts";
import { createQuestions } from "./questions.ts";
import type { Deps } from "./ports/deps.ts";
import type { LaunchSpec } from "./ports/sandbox.ts";
import type { Dispatcher } from "./ports/dispatcher.ts";
import { createReads } from "./reads.ts";
import { createTerminalDesk, placeFor, type TerminalDesk } from "./terminals.ts";
import { createLostTerminals } from "./lost-terminals.ts";
import { createTrials } from "./trials.ts";
import { createRuns, type Runs } from "./runs.ts";
import { assertNoSecrets } from "./redaction.ts";
import { seenWithApproval } from "./seen-with-approval.ts";
import { keyedRunId, startCommand } from "./start-run.ts";

const WORKER: Actor = { kind: "system", part: "worker" };

/** A result for an effect that was settled or cancelled meanwhile changes nothing: its id is the key. */
const settleIn =
  ({ deps: { store }, runs, halts }: Pick<Performers, "deps" | "runs" | "halts">) =>
  async (effect: Effect, outcome: EffectResult): Promise<void> => {
    await payOwed(runs, halts, effect.run);
    const result = withLineage(store, effect, outcome);
    await runs.handle(effect.run, { kind: "effect.settle", effect: effect.id, result }, WORKER);
  };

/** Cancelled effects first: what is woken for the same run waits for their workers to end. */
const informDispatcher = (dispatcher: Dispatcher, events: readonly RunEvent[]): void => {
  const requested: Effect[] = [];
  for (const { body } of events) {
    if (body.type === "effect.cancelled") dispatcher.cancel(body.effect);
    if (body.type === "effect.requested") requested.push(body.effect);
  }
  const cancelled = new Set(
    events.flatMap(({ body }) => (body.type === "effect.cancelled" ? [body.effect] : [])),
  );
  const open = requested.filter((effect) => !cancelled.has(effect.id));
  if (open.length > 0) dispatcher.wake(open);
};

/** Before the answer counts: one that could not be kept is not half accepted. Throws `answers.damaged`. */
const checkProject = (deps: Deps, state: RunDocument | null, command: PersonCommand): void => {
  if (command.kind === "permission.answer" && command.remember === "project" && state !== null)
    deps.answers.of(state.project.id);
};

/** Before it is accepted: what git alone knows. Throws what `checkLeavingOut` does. */
const checkHunks = async (
  deps: Deps,
  state: RunDocument | null,
  command: PersonCommand,
): Promise<void> => {
  if (command.kind !== "hunks.leave-out" || state === null || state.workspace.kind !== "ready")
    return;
  const { candidate, base } = state;
  if (candidate === null || candidate.commit !== command.candidate) return;
  const { files } = command;
  await deps.workspaces.checkLeavingOut(sourceOf(state), { base: base.commit, candidate, files });
};

/** After the answer is stored: it counts for this run whatever happens here. */
const rememberForProject = (
  deps: Deps,
  command: PersonCommand,
  result: Awaited<ReturnType<Runs["handle"]>>,
): Awaited<ReturnType<Runs["handle"]>> => {
  const isForProject = command.kind === "permission.answer" && command.remember === "project";
  if (result.kind === "rejected" || !isForProject) return result;
  for (const { body } of result.events)
    if (body.type === "permission.remembered" && body.remembered.about === null)
      deps.answers.add(result.state.project.id, body.remembered);
  return result;
};

const shellOf = async (deps: Deps, runs: Runs, run: RunId): Promise<LaunchSpec> => {
  const state = runs.document(run);
  if (state === null) throw new TuttiError("run.unknown", `There is no run ${run}.`);
  if (state.workspace.kind !== "ready")
    throw new TuttiError("workspace.not-ready", `The workspace of ${run} is not there.`);
  // What is written there becomes the next checkpoint, under the name of whoever has the workspace.
  const access = state.takenBy === null ? "read-only" : "writable";
  if (access === "read-only" && state.policy.isolation === "none")
    throw new TuttiError("terminal.unfenced", "Without a fence a terminal would write the tree.");
  const place = await deps.workspaces.authorPlace(sourceOf(state), { access });
  return {
    place: placeFor(place, access),
    command: ["/bin/bash", "--norc", "-i"],
    egress: [],
    owner: `shell-${run}`,
    terminal: true,
  };
};

const startedBefore = (runs: Runs, request: RunRequest): Started | null => {
  const id = keyedRunId(request);
  const known = id === null ? null : runs.document(id);
  return known === null ? null : { kind: "started", run: known.id, warnings: known.warnings };
};

const createStarter = (deps: Deps, runs: Runs, fence: () => Promise<void>) => {
  return async (request: RunRequest, actor: Actor): Promise<Started> => {
    // First of all: a request is repeated because its answer was lost, whatever the repository is like now.
    const known = startedBefore(runs, request);
    if (known !== null) return known;
    const command = await startCommand(deps, request);
    assertNoSecrets([command.policy.config, command.workflow], deps.redactor.text);
    if (command.policy.isolation === "sandbox") await fence();
    const result = await runs.handle(command.run, command, actor);
    if (result.kind !== "rejected")
      return { kind: "started", run: command.run, warnings: command.warnings };
    return (result.code === "run.exists" ? startedBefore(runs, request) : null) ?? result;
  };
};

type Performers = {
  readonly deps: Deps;
  readonly runs: Runs;
  readonly feed: ReturnType<typeof createFeed>;
  readonly permissions: ReturnType<typeof createPermissions>;
  readonly questions: ReturnType<typeof createQuestions>;
  readonly egress: ReturnType<typeof createEgressDesk>;
  readonly halts: ReturnType<typeof createHalts>;
  readonly shared: Shared;
  readonly terminals: TerminalDesk;
};

const performIn = async (
  { deps, runs, feed, permissions, questions, egress, halts, shared, terminals }: Performers,
  effect: Effect,
  options: { readonly signal: AbortSignal },
): Promise<EffectResult> => {
  const state = runs.document(effect.run);
  if (state === null) throw new Error(`effect ${effect.id} belongs to no run`);
  if (effect.payload.kind === "workspace.dispose")
    await terminals.endOf(effect.run, { reason: "run-ended" });
  using halted = halts.begin(effect);
  const signal = AbortSignal.any([options.signal, halted.signal]);
  const [{ ask }, { document }, { subscribe }] = [permissions, runs, feed];
  const { ask: askQuestion } = questions;
  const egressAnswers = egress.answersFor(effect, state);
  const give = createMessages({ handle: runs.handle, log: deps.log })(effect);
  const job = {
    deps,
    effect,
    state,
    signal,
    ask,
    askQuestion,
    give,
    document,
    shared,
    egressAnswers,
    subscribe,
  };
  const result = await performEffect(job);
  return halted.signal.aborted ? halted.resultOf(result) : result;
};

const workedOn = (store: Deps["store"]): RunId[] =>
  store.openEffects().map(({ effect }) => effect.run);

const handlerOf = ({
  deps,
  runs,
  egress,
  terminals,
}: Pick<Performers, "deps" | "runs" | "egress" | "terminals">): Engine["handleOnce"] => {
  return async (run, asked, actor) => {
    const { command } = asked;
    const state = runs.document(run);
    checkProject(deps, state, command);
    await checkHunks(deps, state, command);
    if (command.kind === "workspace.give")
      await endWhatWrites(
        { terminals, store: deps.store, now: deps.clock.now() },
        { state, actor, request: asked.request },
      );
    egress.remember(run, command);
    const told = await seenWithApproval(deps, { state, actor }, command);
    const result = await runs.handleOnce(run, { ...asked, command: told }, actor);
    return outcomeOf(run, rememberForProject(deps, command, result));
  };
};

type Living = Pick<Performers, "deps" | "runs" | "terminals"> & {
  readonly dispatcher: Dispatcher;
  /** Runs that something may still be under way for. */
  readonly live: () => RunId[];
};

const lifeOf = ({ deps, runs, dispatcher, terminals, live }: Living) => {
  const { log, store } = deps;
  const lost = createLostTerminals({ runs, log });
  const ending = new AbortController();
  let filled: Promise<void> | null = null;
  return {
    start: async () => {
      await deps.sandbox.recover();
      await deps.workspaces.recover(live());
      await lost.close(live());
      await dispatcher.start();
      const { boards } = store;
      filled = fillBoards({ boards, document: runs.document, log, signal: ending.signal });
    },
    stop: async () => {
      ending.abort();
      lost.stop();
      await terminals.stop();
      await dispatcher.stop();
      await filled;
      deps.store.transcript.flush();
    },
    drain: () => dispatcher.drain(),
  } satisfies Partial<Engine>;
};

export const createEngine = (deps: Deps): Engine => {
  const feed = createFeed(deps.log);
  const shared: Shared = { baselines: createBaselines(), fence: createFenceGate(deps) };
  const runs = createRuns({
    store: deps.store,
    clock: deps.clock,
    redactor: deps.redactor,
    publish: (events) => {
      permissions.observe(events);
      questions.observe(events);
      informDispatcher(dispatcher, events);
      feed.publish(events);
    },
  });
  const halts = createHalts();
  const asking = { handle: runs.handle, nextId: deps.ids.permission };
  const permissions = createPermissions(asking);
  const questions = createQuestions(asking);
  const dispatcher = deps.dispatcher({
    perform: (effect, options) =>
      performIn(
        { deps, runs, feed, permissions, questions, egress, halts, shared, terminals },
        effect,
        options,
      ),
    groupsOf: (effect) => groupsOf(effect, runs.document(effect.run), deps.limits),
    settle: settleIn({ deps, runs, halts }),
  });
  const egress = createEgressDesk(deps, runs);
  const terminals = createTerminalDesk({ ...deps, runs, fence: shared.fence });
  const reads = createReads(deps, runs);
  const advisers = createAdvisers(deps, {
    newId: () => RunId.parse(deps.ids.run()),
    document: runs.document,
  });
  const { inUse, ...trials } = createTrials(deps, shared.fence);
  const live = (): RunId[] => [
    ...new Set([...workedOn(deps.store), ...reads.unfinished(), ...inUse()]),
  ];

  const handleOnce = handlerOf({ deps, runs, egress, terminals });

  return {
    ...lifeOf({ deps, runs, dispatcher, terminals, live }),
    startRun: createStarter(deps, runs, shared.fence),
    handle: (run, command, actor) => handleOnce(run, { command, request: null }, actor),
    handleOnce,
    halt: haltIn(runs, halts),
    amend: (run, artifact, actor) => amend({ deps, runs, actor }, run, artifact),
    shell: (run) => shellOf(deps, runs, run),
    terminals,
    advise: advisers.advise,
    opinion: opinionIn(runs, advisers),
    gc: () => deps.workspaces.sweep(live()),
    subscribe: feed.subscribe,
    ...createDoings(deps),
    ...trials,
    ...reads,
  };
};
