/** Who gives the approvals: the demo on the person's behalf, or the person at the terminal. */
import { createInterface } from "node:readline/promises";
import type { AttentionItem, PersonCommand } from "@tutti/protocol";
import type { DaemonClient } from "../client/daemon-client.ts";
import { printable } from "../cli/terminal/printable.ts";
import type { Terminal } from "./terminal.ts";

export type Answer = (item: AttentionItem, run: string) => Promise<PersonCommand | null>;

const approvalOf = ({ kind, step, subject }: AttentionItem): PersonCommand | null =>
  kind === "approval" && step !== null && subject !== null
    ? { kind: "approval.give", step, subject }
    : null;

/** Approves what waits for an approval; has no answer to anything else. */
export const onBehalf: Answer = (item) => Promise.resolve(approvalOf(item));

export type Asker = {
  readonly terminal: Terminal;
  readonly client: DaemonClient;
  readonly signal: AbortSignal;
};

/** Asks until the person says yes or no. The scripted agents cannot follow a wish for changes. */
export const byPerson =
  ({ terminal, client, signal }: Asker): Answer =>
  async (item, run) => {
    const command = approvalOf(item);
    if (command === null) return null;
    for (;;) {
      const word = await ask(`\n  ${item.asks}? [y]es, [n]o (cancels the run), [s]how it: `, {
        terminal,
        signal,
      });
      if (word === "y") return command;
      if (word === "n" || word === null) return { kind: "run.cancel", reason: "not approved" };
      if (word === "s") await show(item, { run, client, terminal });
    }
  };

/** First letter of the answer in lower case, "" for an empty one, null when the input has ended. */
async function ask(
  question: string,
  { terminal, signal }: Pick<Asker, "terminal" | "signal">,
): Promise<string | null> {
  const reader = createInterface({ input: terminal.stdin, terminal: false });
  const ended = new AbortController();
  const onClose = (): void => ended.abort();
  reader.once("close", onClose);
  terminal.stderr.write(question);
  try {
    const line = await reader.question("", { signal: AbortSignal.any([signal, ended.signal]) });
    return line.trim().slice(0, 1).toLowerCase();
  } catch (error) {
    signal.throwIfAborted();
    if (ended.signal.aborted) return null;
    throw error;
  } finally {
    reader.off("close", onClose);
    reader.close();
  }
}

async function show(
  item: AttentionItem,
  { run, client, terminal }: { run: string; client: DaemonClient; terminal: Terminal },
): Promise<void> {
  const artifacts = item.details.flatMap(
    (detail) => /^(\S+\.(?:md|yaml)) /u.exec(detail)?.[1] ?? [],
  );
  const texts = await Promise.all(artifacts.map((name) => client.artifact(run, name)));
  const shown = texts.length > 0 ? texts.join("\n") : (await client.diff(run)).patch;
  terminal.stderr.write(`\n${printable(shown)}\n`);
}
