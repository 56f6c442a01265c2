import type { RunEvent } from "@tutti/protocol";
import { EXIT, TuttiError } from "@tutti/protocol/errors";
import type { DaemonClient } from "../../client/daemon-client.ts";
import type { Cli } from "../cli.ts";
import { textOption, type Action, type Input } from "../command-spec.ts";
import { eventLine } from "../pages/event-line.ts";
import { selectRun } from "../select-run.ts";

const PAGE = 200;

/** Ends with the run; without one, with Ctrl-C. */
export const run: Action = async (cli, input) => {
  const client = await cli.client();
  const after = afterOf(input);
  if (input.args.length === 0) return watchAll(cli, client, after);
  const { run: id } = await selectRun(cli, input.args, "look");
  return watchRun(cli, client, { run: id, after: after ?? 0 });
};

async function watchAll(
  cli: Cli,
  client: DaemonClient,
  after: number | undefined,
): Promise<number> {
  const { signal } = cli.deps;
  for await (const event of client.events({ signal, ...(after === undefined ? {} : { after }) })) {
    print(cli, event, event.run);
  }
  return EXIT.interrupted;
}

/** First what was, then what comes; the position joins the two without a gap. */
async function watchRun(
  cli: Cli,
  client: DaemonClient,
  { run: id, after }: { run: string; after: number },
): Promise<number> {
  const { signal } = cli.deps;
  const { head } = await client.health();
  let version = 0;
  let ended: number | null = null;
  const tell = (event: RunEvent): void => {
    version = event.version;
    if (event.seq > after) print(cli, event);
    ended = endOf(event) ?? ended;
  };
  for (;;) {
    const page = await client.eventsOf(id, { after: version, limit: PAGE });
    for (const event of page) tell(event);
    if (page.length < PAGE) break;
  }
  if (ended !== null) return ended;
  for await (const event of client.events({ run: id, after: head, signal })) {
    if (event.version <= version) continue;
    tell(event);
    if (ended !== null) return ended;
  }
  return EXIT.interrupted;
}

function print(cli: Cli, event: RunEvent, prefix?: string): void {
  if (cli.isJson) {
    cli.printJson(event);
    return;
  }
  const line = eventLine(event, cli.style);
  if (line !== null) cli.print(prefix === undefined ? line : `${prefix} ${line}`);
}

function endOf({ body }: RunEvent): number | null {
  if (body.type !== "run.finished") return null;
  return body.outcome === "merged" || body.outcome === "completed" ? EXIT.ok : EXIT.failed;
}

function afterOf(input: Input): number | undefined {
  const text = textOption(input, "after");
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/u.test(text)) return Number(text);
  throw new TuttiError("usage", "--after is the number of an event.");
}
