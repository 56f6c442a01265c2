/**
 * The one client of the daemon's interface, for the command line, the command center and other programs:
 * a call for every route. It is given the way to the daemon, and needs neither Node nor a browser. Of the
 * protocol it takes types alone. A call throws ApiError, unless it was aborted or its transport failed otherwise.
 */
import { accessCalls, daemonCalls } from "./daemon-calls.ts";
import { followEvents, type StreamMessage, type StreamQuery } from "./events.ts";
import { recordCalls } from "./record-calls.ts";
import { sendBy } from "./requests.ts";
import { runCalls } from "./run-calls.ts";
import {
  readTerminal,
  terminalCalls,
  type TerminalName,
  type TerminalNews,
  type TerminalQuery,
} from "./terminal-calls.ts";
import type { Transport } from "./transport.ts";

export type Client = ReturnType<typeof createClient>;

export function createClient(transport: Transport) {
  const send = sendBy(transport);
  return {
    ...runCalls(send),
    ...recordCalls(send),
    ...daemonCalls(send),
    ...accessCalls(send),
    ...terminalCalls(send),
    readTerminal: (name: TerminalName, query: TerminalQuery): AsyncGenerator<TerminalNews> =>
      readTerminal(transport, name, query),
    /** Live events, without end. */
    follow: (query: StreamQuery): AsyncGenerator<StreamMessage> => followEvents(transport, query),
  };
}
