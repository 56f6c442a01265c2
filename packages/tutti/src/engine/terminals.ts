/**
 * The terminals that people have open in workspaces. Each is in the record of its run, with who opened
 * it, before anything is launched, and closed there once nothing of it is left:
 *
 *   asked ─► terminal.opened ─► launched ─► (typed, shown) ─► ended ─► nothing left ─► terminal.closed
 *
 * What is typed and shown is kept in memory alone, bounded.
 */
import {
  type Actor,
  TuttiError,
  type RunDocument,
  type RunId,
  type TerminalInput,
  type TerminalKind,
  type TerminalEnd,
  type TerminalSize,
  type TerminalView,
} from "@tutti/protocol";
import { sourceOf } from "./perform/context.ts";
import type { Deps } from "./ports/deps.ts";
import type { Place } from "./ports/place.ts";
import type { Terminal } from "./ports/terminal.ts";
import type { Runs } from "./runs.ts";
import { type Ending, failureOf } from "./terminal-failure.ts";
import { IDLE_BOUNDS, type Idle, type IdleBounds, watchIdle } from "./terminal-idle.ts";
import { keepWhatIsSaid } from "./terminal-pace.ts";
import { createTerminalLog, type TerminalLog, type TerminalOutput } from "./terminal-output.ts";

type TerminalBounds = IdleBounds & {
  /** Open at once in this daemon. */
  readonly openMax: number;
  /** Of what each shows; the oldest goes first. */
  readonly keptBytes: number;
};

const BOUNDS: TerminalBounds = { ...IDLE_BOUNDS, openMax: 16, keptBytes: 1 << 20 };
/** Ended ones that can still be read. */
const ENDED_KEPT_MAX = 16;
/** Names one; both must fit. */
type Name = { readonly run: RunId; readonly id: string };
type Shown = TerminalOutput & Pick<Idle, "reading"> & { readonly view: () => TerminalView };
type Asked = { readonly run: RunId; readonly size: TerminalSize; readonly kind: TerminalKind };

export type OpenTerminals = {
  /** TuttiError `run.*`, `workspace.not-ready`, `terminal.*`, `sandbox.*`. */
  readonly open: (asked: Asked, actor: Actor) => Promise<TerminalView>;
  /** Of one run, oldest first: those that are open, and the last that ended. */
  readonly list: (run: RunId) => readonly TerminalView[];
  /** The rest throw `terminal.unknown`; what needs a living one, `terminal.ended`. */
  readonly output: (name: Name) => Shown;
  /** `usage` for the end of what is typed on a screen. */
  readonly write: (name: Name, input: TerminalInput) => void;
  readonly resize: (name: Name, size: TerminalSize) => void;
  /** Resolves when nothing of it is left. By nobody: whoever opened it is gone. */
  readonly close: (name: Name, actor: Actor | null) => Promise<void>;
};

export type TerminalDesk = OpenTerminals & {
  readonly endOf: (
    run: RunId,
    which: { readonly reason: TerminalEnd; readonly only?: TerminalView["access"] },
  ) => Promise<void>;
  /** All of them; none can be opened any more. */
  readonly stop: () => Promise<void>;
};

type Entry = Pick<Idle, "used" | "reading"> & {
  readonly view: Omit<TerminalView, "ended">;
  readonly log: TerminalLog;
  readonly ending: AbortController;
  /** Nothing is left, and the record says so. */
  readonly gone: Promise<void>;
  terminal: Terminal | null;
  /** Why it is ended, by whom. */
  end: { readonly reason: TerminalEnd; readonly actor: Actor } | null;
  ended: TerminalView["ended"];
};

const DESK: Actor = { kind: "system", part: "terminals" };

/** Nothing at all is written from where a person only looks: the next agent's home and artifacts neither. */
export const placeFor = (place: Place, access: TerminalView["access"]): Place =>
  access === "writable"
    ? place
    : { ...place, mounts: place.mounts.map((mount) => ({ ...mount, access })) };

const viewOf = ({ view, ended }: Entry): TerminalView => ({ ...view, ended });

export type TerminalParts = Pick<Deps, "terminals" | "clock" | "log"> & {
  readonly workspaces: Pick<Deps["workspaces"], "authorPlace">;
  readonly ids: Pick<Deps["ids"], "run">;
  readonly runs: Pick<Runs, "handle" | "document">;
  /** The fence has proved itself. */
  readonly fence: () => Promise<void>;
  readonly bounds?: Partial<TerminalBounds>;
};

class Desk implements TerminalDesk {
  readonly #parts: TerminalParts;
  readonly #bounds: TerminalBounds;
  readonly #entries = new Map<string, Entry>();
  /** In the order in which they ended. */
  readonly #past: string[] = [];
  /** Asked for, and not in the record yet. */
  readonly #opening = new Set<Promise<unknown>>();
  #isStopped = false;

  constructor(parts: TerminalParts) {
    this.#parts = parts;
    this.#bounds = { ...BOUNDS, ...parts.bounds };
  }

  async open({ run, ...asked }: Asked, actor: Actor): Promise<TerminalView> {
    const { runs, fence } = this.#parts;
    const before = runs.document(run);
    if (before === null) throw new TuttiError("run.unknown", `There is no run ${run}.`);
    if (before.policy.isolation === "sandbox") await fence();
    const { openMax } = this.#bounds;
    if (this.#isStopped || this.#open().length + this.#opening.size >= openMax)
      throw new TuttiError("terminal.too-many", `${openMax} terminals are open already.`);
    const opening = this.#enter({ run, ...asked }, actor);
    this.#opening.add(opening);
    const { entry, launched } = await opening.finally(() => this.#opening.delete(opening));
    try {
      await launched;
    } catch (error) {
      await entry.gone;
      if (entry.end === null) throw error;
      throw new TuttiError("terminal.ended", "The terminal was ended before it began.");
    }
    return viewOf(entry);
  }

  /** Into the record, and begun. */
  async #enter({ run, ...asked }: Asked, actor: Actor) {
    const { runs, ids } = this.#parts;
    const id = `t-${ids.run().slice("r-".length)}`;
    const outcome = await runs.handle(run, { kind: "terminal.open", terminal: id }, actor);
    if (outcome.kind === "rejected") throw new TuttiError(outcome.code, `${outcome.message}.`);
    return this.#begin(outcome.state, { id, ...asked });
  }

  #begin(state: RunDocument, { id, size, kind }: Omit<Asked, "run"> & { readonly id: string }) {
    const { by = "", access = "read-only" } =
      state.terminals.find((terminal) => terminal.id === id) ?? {};
    const { promise: gone, resolve: tellGone } = Promise.withResolvers<void>();
    const log = createTerminalLog(this.#bounds.keptBytes);
    const idle = watchIdle(kind, this.#bounds, (reason) => void this.#end(entry, reason));
    const entry: Entry = {
      view: {
        id,
        run: state.id,
        kind,
        by,
        access,
        isolation: state.policy.isolation,
        root: state.workspace.kind === "ready" ? state.workspace.root : "",
        openedAt: this.#parts.clock.now(),
      },
      log,
      ending: new AbortController(),
      gone,
      used: idle.used,
      reading: idle.reading,
      terminal: null,
      end: null,
      ended: null,
    };
    this.#entries.set(id, entry);
    const launched = this.#launch(entry, { state, size });
    void this.#follow(entry, launched).finally(() => {
      idle.stop();
      log.close();
      this.#forgetOldest(id);
      tellGone();
    });
    return { entry, launched };
  }

  /** To its end, and into the record. */
  async #follow(entry: Entry, launched: Promise<void>): Promise<void> {
    try {
      await launched;
      const code = await keepWhatIsSaid(entry);
      await this.#record(entry, { reason: "exited", code, failure: null });
    } catch (error) {
      const isFull = error instanceof TuttiError && error.code === "workspace.full";
      const reason = isFull ? "workspace-full" : "failed";
      await this.#record(entry, { reason, code: null, failure: failureOf(error) });
    }
  }

  async #launch(
    entry: Entry,
    { state, size }: { readonly state: RunDocument; readonly size: TerminalSize },
  ): Promise<void> {
    const { terminals, workspaces } = this.#parts;
    const { signal } = entry.ending;
    const { access, id, kind } = entry.view;
    const place = await workspaces.authorPlace(sourceOf(state), { access });
    signal.throwIfAborted();
    // As `tutti shell` always did, it has no way out: a person has their own tools for that.
    const spec = { place: placeFor(place, access), egress: [], owner: `terminal-${id}` };
    entry.terminal = await terminals.open(spec, { kind, size, signal });
  }

  async #record(entry: Entry, { reason, code, failure }: Ending): Promise<void> {
    const { runs, log, clock } = this.#parts;
    const end = entry.end ?? { reason, actor: DESK };
    const told = { reason: end.reason, code: end.reason === "exited" ? code : null };
    const isFailure = end.reason === "failed";
    entry.ended = { ...told, at: clock.now(), failure: isFailure ? failure : null };
    const { id: terminal, run } = entry.view;
    try {
      await runs.handle(run, { kind: "terminal.close", terminal, ...told }, end.actor);
    } catch (error) {
      log("the end of a terminal could not be recorded", { terminal, error: String(error) });
    }
  }

  list(run: RunId): readonly TerminalView[] {
    return [...this.#entries.values()].filter(({ view }) => view.run === run).map(viewOf);
  }

  output(name: Name): Shown {
    const entry = this.#find(name);
    return { ...entry.log, reading: entry.reading, view: () => viewOf(entry) };
  }

  write(name: Name, { data, end }: TerminalInput): void {
    const { terminal, used, view } = this.#living(name);
    if (end && view.kind === "screen")
      throw new TuttiError("usage", "Only a script ends; on a screen type Ctrl+D.");
    used();
    if (data !== "" && !terminal.write(data))
      throw new TuttiError("terminal.busy", `The terminal ${name.id} takes nothing now.`);
    if (end) terminal.endInput();
  }

  resize(name: Name, size: TerminalSize): void {
    this.#living(name).terminal.resize(size);
  }

  async close(name: Name, actor: Actor | null): Promise<void> {
    await this.#end(this.#find(name), actor === null ? "left" : "closed", actor ?? DESK);
  }

  async endOf(
    run: RunId,
    { reason, only }: { readonly reason: TerminalEnd; readonly only?: TerminalView["access"] },
  ): Promise<void> {
    // Those that ended just now too: the record may not say so yet.
    const ending = [...this.#entries.values()].filter(
      ({ view }) => view.run === run && (only === undefined || view.access === only),
    );
    await Promise.all(ending.map((entry) => this.#end(entry, reason)));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.allSettled(this.#opening);
    await Promise.all(this.#open().map((entry) => this.#end(entry, "stopped")));
  }

  async #end(entry: Entry, reason: TerminalEnd, actor: Actor = DESK): Promise<void> {
    if (entry.ended === null) entry.end ??= { reason, actor };
    entry.ending.abort();
    await entry.gone;
  }

  #open(): Entry[] {
    return [...this.#entries.values()].filter(({ ended }) => ended === null);
  }

  #find({ run, id }: Name): Entry {
    const entry = this.#entries.get(id);
    if (entry?.view.run === run) return entry;
    throw new TuttiError("terminal.unknown", `The run ${run} has no terminal ${id}.`);
  }

  #living(name: Name): Entry & { readonly terminal: Terminal } {
    const entry = this.#find(name);
    const { terminal, ended } = entry;
    if (terminal === null || ended !== null)
      throw new TuttiError("terminal.ended", `The terminal ${name.id} has ended.`);
    return { ...entry, terminal };
  }

  #forgetOldest(ended: string): void {
    this.#past.push(ended);
    const oldest = this.#past.splice(0, this.#past.length - ENDED_KEPT_MAX);
    for (const id of oldest) this.#entries.delete(id);
  }
}

export const createTerminalDesk = (parts: TerminalParts): TerminalDesk => new Desk(parts);
