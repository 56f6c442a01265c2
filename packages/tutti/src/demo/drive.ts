/** Follows a run to its end and has each approval answered on the way. Driven by events. */
import type { AttentionItem, PersonCommand, RunEvent, RunView } from "@tutti/protocol";
import type { DaemonClient } from "../client/daemon-client.ts";

export type Drive = {
  readonly client: DaemonClient;
  readonly run: string;
  readonly onEvent: (event: RunEvent) => Promise<void>;
  /** `null`: nobody can answer this, the run stays where it is. */
  readonly answer: (item: AttentionItem, run: string) => Promise<PersonCommand | null>;
  readonly signal: AbortSignal;
};

/** The run when it has ended, or when it asks something that `answer` has no answer to. */
export async function driveRun(drive: Drive): Promise<RunView> {
  const { client, run, signal } = drive;
  const done = new AbortController();
  const either = AbortSignal.any([signal, done.signal]);
  let seen = 0;
  let known = 0;
  try {
    for await (const event of client.events({ run, after: 0, signal: either })) {
      await drive.onEvent(event);
      seen = event.version;
      if (seen < known) continue;
      const view = await client.run(run, { signal });
      known = view.version;
      // What is asked is told first, together with everything that led to it.
      if (seen < known) continue;
      if (view.finishedAt !== null) return view;
      // Nothing waits for an answer about a refused host.
      const item = view.attention.find(({ kind }) => kind !== "egress");
      if (item === undefined) continue;
      const command = await drive.answer(item, run);
      if (command === null) return view;
      await client.command(run, command, { signal });
    }
    signal.throwIfAborted();
    return await client.run(run, { signal });
  } finally {
    done.abort();
  }
}
