/**
 * Stays with a run until it ends or needs a person. Driven by events; what one looks at is read after
 * the stream is open, so that nothing falls between. What models took is no event and grows in the
 * middle of a turn: where somebody looks, the run is read every few seconds as well.
 */
import type { RunEvent, RunView } from "@tutti/protocol";
import { EXIT } from "@tutti/protocol/errors";
import type { Cli } from "./cli.ts";

const AT_REST: ReadonlySet<string> = new Set([
  "waiting",
  "paused",
  "merged",
  "completed",
  "failed",
  "cancelled",
]);

/** Between two looks at a run of which no event tells. */
const LOOK_MS = 2000;

export type Watcher = {
  /** Global sequence from which on events are told; by default only new ones. */
  readonly after?: number;
  /** Every event of the run, in order. */
  readonly onEvent?: (event: RunEvent) => void;
  /** The run as it is now: after one or more events, and every few seconds while it works. */
  readonly onView?: (view: RunView) => void;
};

/** The run at rest. */
export async function followRun(cli: Cli, run: string, watcher: Watcher = {}): Promise<RunView> {
  const client = await cli.client();
  const done = new AbortController();
  const signal = AbortSignal.any([cli.deps.signal, done.signal]);
  const ready = Promise.withResolvers<void>();
  const { after } = watcher;
  const query = { run, signal, onReady: ready.resolve, ...(after === undefined ? {} : { after }) };
  let isDirty = true;
  let wake = Promise.withResolvers<void>();
  const reading = (async () => {
    for await (const event of client.events(query)) {
      watcher.onEvent?.(event);
      isDirty = true;
      wake.resolve();
    }
    cli.deps.signal.throwIfAborted();
  })();
  const failed = reading.then(() => new Promise<never>(() => undefined));
  try {
    await Promise.race([ready.promise, failed]);
    for (;;) {
      if (!isDirty) {
        const look = watcher.onView === undefined ? null : setTimeout(wake.resolve, LOOK_MS);
        await Promise.race([wake.promise, failed]).finally(() => clearTimeout(look ?? undefined));
      }
      isDirty = false;
      wake = Promise.withResolvers<void>();
      const view = await client.run(run, { signal: cli.deps.signal });
      watcher.onView?.(view);
      if (AT_REST.has(view.state)) return view;
    }
  } finally {
    done.abort();
    await reading.catch(() => undefined); // told by `failed` already
  }
}

/** The exit code that the state of a run stands for. */
export function exitOf(view: RunView): number {
  switch (view.state) {
    case "merged":
    case "completed":
      return EXIT.ok;
    case "failed":
    case "cancelled":
      return EXIT.failed;
    case "waiting":
      return view.attention.some(({ kind }) => kind === "conflict") ? EXIT.conflict : EXIT.waiting;
    case "paused":
      return EXIT.waiting;
    case "queued":
    case "working":
      return EXIT.ok;
  }
}
