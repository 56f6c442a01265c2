/** The end of commands that may wait: what was started, then progress, then the run at rest. */
import type { RunView } from "@tutti/protocol";
import { EXIT } from "@tutti/protocol/errors";
import { flagOption, type Input } from "./command-spec.ts";
import type { Cli } from "./cli.ts";
import { exitOf, followRun } from "./follow-run.ts";
import { eventLine } from "./pages/event-line.ts";
import { openProgress } from "./pages/progress.ts";
import { runPage } from "./pages/run-page.ts";
import { styleFor } from "./terminal/style.ts";

export type Done = {
  readonly run: string;
  /** What happened, for people. */
  readonly message: string;
  /** The same as one JSON document. */
  readonly json: Readonly<Record<string, unknown>>;
  /** Sequence from which on events are new to the person. */
  readonly after?: number;
};

/** With `--wait`: stays with the run and prints it at rest. Otherwise prints what was done. */
export async function finish(cli: Cli, input: Input, done: Done): Promise<number> {
  if (!flagOption(input, "wait")) {
    if (cli.isJson) cli.printJson(done.json);
    else cli.print(done.message);
    return EXIT.ok;
  }
  if (!cli.isJson) cli.note(done.message);
  const view = await awaitRun(cli, done.run, done.after).catch((error: unknown) => {
    if (cli.deps.signal.aborted) {
      cli.note(`The run goes on. Follow it with \`tutti watch ${done.run}\`.`);
    }
    throw error;
  });
  printRun(cli, view);
  return exitOf(view);
}

export function printRun(cli: Cli, view: RunView): void {
  const { style, width } = cli;
  if (cli.isJson) cli.printJson(view);
  else cli.print(runPage(view, { style, width, now: Date.now() }));
}

/** Progress goes to standard error: a picture on a terminal, lines elsewhere. */
async function awaitRun(cli: Cli, run: string, after: number | undefined): Promise<RunView> {
  const { stderr, env } = cli.deps;
  const from = after === undefined ? {} : { after };
  const isTerminal = stderr.isTTY === true && env["TERM"] !== "dumb";
  const style = styleFor({ env, isTerminal, isRefused: false });
  if (isTerminal) {
    using progress = openProgress(stderr, { style, width: cli.width, now: Date.now });
    return await followRun(cli, run, { ...from, onView: progress.show });
  }
  return followRun(cli, run, {
    ...from,
    onEvent: (event) => {
      const line = eventLine(event, style);
      if (line !== null) cli.note(line);
    },
  });
}
