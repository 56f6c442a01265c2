/** Terminals inside the fence of a task: opened, typed into, read, ended. */
import type { TerminalEnded, TerminalKind, TerminalSize, TerminalView } from "@tutti/protocol";
import { framesOf, pause } from "./events.ts";
import {
  type CallOptions,
  change,
  type ChangeOptions,
  pathOf,
  read,
  type Send,
} from "./requests.ts";
import { type ApiRequest, open, type Transport } from "./transport.ts";

export type TerminalName = { readonly run: string; readonly id: string };

export type TerminalNews =
  /** `from`: position of its first byte; `isError`: on the standard error of a script. */
  | {
      readonly kind: "output";
      readonly bytes: Uint8Array;
      readonly from: number;
      readonly isError: boolean;
    }
  /** All that was kept has been told: what comes is new. On each connection. */
  | { readonly kind: "live" }
  /** The last. */
  | ({ readonly kind: "ended" } & TerminalEnded);

export type TerminalQuery = {
  readonly signal: AbortSignal;
  /** As of `follow`. */
  readonly onLost: (lost: number, error: unknown) => number | Promise<number>;
};

const listPath = (run: string): string => pathOf("runs", run, "terminals");
const terminalPath = ({ run, id }: TerminalName, ...rest: readonly string[]): string =>
  pathOf("runs", run, "terminals", id, ...rest);

/** Sent again it would be something else, such as a key that is pressed once more: it has no key to know it by. */
const once = (method: "POST" | "PUT", path: string, value: unknown): ApiRequest => ({
  method,
  path,
  body: { type: "application/json", text: JSON.stringify(value) },
});

export const terminalCalls = ({ json }: Send) => ({
  openTerminal: (
    run: string,
    asked: TerminalSize & { readonly kind?: TerminalKind },
    options?: ChangeOptions,
  ): Promise<TerminalView> => json(change(listPath(run), { json: asked }, options)),
  /** Those that are open, and the last that ended; oldest first. */
  terminals: async (run: string, options?: CallOptions): Promise<readonly TerminalView[]> =>
    (await json<{ items: TerminalView[] }>(read(listPath(run), options))).items,
  /** One after another: two calls at once may arrive in another order. */
  typeInTerminal: (name: TerminalName, data: string): Promise<unknown> =>
    json(once("POST", terminalPath(name, "input"), { data })),
  /** Nothing more is typed; of a script alone. */
  endScript: (name: TerminalName): Promise<unknown> =>
    json(once("POST", terminalPath(name, "input"), { end: true })),
  resizeTerminal: (name: TerminalName, size: TerminalSize): Promise<unknown> =>
    json(once("PUT", terminalPath(name, "size"), size)),
  closeTerminal: (name: TerminalName, options?: ChangeOptions): Promise<TerminalView> =>
    json(change(terminalPath(name), { method: "DELETE" }, options)),
});

/** All that is kept, then what comes. Ends with the terminal, quietly when aborted, and with what `onLost` throws. */
export async function* readTerminal(
  transport: Transport,
  name: TerminalName,
  { signal, onLost }: TerminalQuery,
): AsyncGenerator<TerminalNews> {
  const position: Position = { last: "0", lost: 0, isOver: false };
  while (!signal.aborted) {
    let error: unknown = null;
    try {
      yield* connection(transport, { name, position, signal });
    } catch (thrown) {
      error = thrown;
    }
    if (signal.aborted || position.isOver) return;
    position.lost += 1;
    await pause(await onLost(position.lost, error), signal);
  }
}

/** Where to take up again, how many connections brought nothing since, and whether there will be no more. */
type Position = { last: string; lost: number; isOver: boolean };

type Connection = {
  readonly name: TerminalName;
  readonly position: Position;
  readonly signal: AbortSignal;
};

async function* connection(
  transport: Transport,
  { name, position, signal }: Connection,
): AsyncGenerator<TerminalNews> {
  const { body, close } = await open(transport, {
    path: terminalPath(name, "output"),
    headers: { "last-event-id": position.last },
    signal,
  });
  try {
    for await (const { id, event, data } of framesOf(body)) {
      const news = newsOf(event, data);
      if (news === null) continue;
      position.last = id;
      position.lost = 0;
      position.isOver = news.kind === "ended";
      yield news;
    }
  } finally {
    close();
  }
}

/** `null` for an event that this version does not know. */
function newsOf(event: string, data: string): TerminalNews | null {
  if (event === "live") return { kind: "live" };
  if (event === "ended") return { kind: "ended", ...JSON.parse(data) };
  if (event !== "output") return null;
  const { from, data: encoded, stream } = JSON.parse(data);
  const bytes = Uint8Array.from(atob(encoded), (byte) => byte.charCodeAt(0));
  return { kind: "output", bytes, from, isError: stream === "error" };
}
