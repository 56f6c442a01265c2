/** Terminals inside the fence that the daemon holds: each is of one run, and ends with who opened it. */
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import {
  type RunId,
  TerminalId,
  TerminalInput,
  type TerminalList,
  TerminalOpening,
  TerminalSize,
  TuttiError,
} from "@tutti/protocol";
import type { Context } from "hono";
import { actorOf, holderOf } from "../holder.ts";
import { jsonBody, numberQuery, runParameter } from "../request.ts";
import { streamTerminal } from "../terminal-stream.ts";
import type { App, Service } from "./context.ts";
import { openRun } from "./runs.ts";

export function addTerminalRoutes(app: App, service: Service): void {
  const { limits, signal } = service;
  const { terminals } = service.engine;
  const keeper = createKeeper(service);

  app.post("/runs/:run/terminals", async (context) => {
    const { kind, ...size } = await jsonBody(context, TerminalOpening);
    const { id: run } = openRun(service, runParameter(context)).document;
    const view = await terminals.open({ run, kind, size }, actorOf(context, service));
    const name = { run, id: view.id };
    // Gone meanwhile, and their answer with them: they had no terminal yet that could have ended.
    if (context.env.outgoing.destroyed) keeper.endAll([name]);
    else keeper.keep(holderOf(service, context), name);
    return context.json(view, 201, { location: `${context.req.path}/${view.id}` });
  });

  app.get("/runs/:run/terminals", (context) => {
    const { id } = openRun(service, runParameter(context)).document;
    const answer: TerminalList = { items: [...terminals.list(id)] };
    return context.json(answer);
  });

  app.get("/runs/:run/terminals/:terminal/output", async (context) => {
    const output = terminals.output(nameOf(context));
    const after = positionOf(context, output.end());
    await streamTerminal(context.env.outgoing, { output, after, limits, signal });
    return RESPONSE_ALREADY_SENT;
  });

  app.post("/runs/:run/terminals/:terminal/input", async (context) => {
    const input = await jsonBody(context, TerminalInput);
    terminals.write(nameOf(context), input);
    return context.json({ typed: input.data.length });
  });

  app.put("/runs/:run/terminals/:terminal/size", async (context) => {
    const size = await jsonBody(context, TerminalSize);
    terminals.resize(nameOf(context), size);
    return context.json(size);
  });

  app.delete("/runs/:run/terminals/:terminal", async (context) => {
    const name = nameOf(context);
    await terminals.close(name, actorOf(context, service));
    return context.json(terminals.output(name).view());
  });
}

type Name = { readonly run: RunId; readonly id: string };

/** A terminal is not left to itself when the session or token that opened it is taken back. */
function createKeeper({ engine, web, log }: Service) {
  const held = new Map<string, readonly Name[]>();
  const isOpen = ({ run, id }: Name): boolean =>
    engine.terminals.list(run).some((one) => one.id === id && one.ended === null);
  const endAll = (names: readonly Name[]): void => {
    for (const name of names)
      engine.terminals
        .close(name, null)
        .catch((error: unknown) => log.warn("terminal.not-closed", { error: String(error) }));
  };
  const endOf = (holder: string): void => {
    endAll(held.get(holder) ?? []);
    held.delete(holder);
  };
  let isWatching = false;
  return {
    endAll,
    keep: (holder: string, name: Name): void => {
      if (holder === "" || web === null) return;
      if (!isWatching) web.access.onGone(endOf);
      isWatching = true;
      held.set(holder, [...(held.get(holder) ?? []).filter(isOpen), name]);
    },
  };
}

function nameOf(context: Context) {
  const run = runParameter(context);
  const result = TerminalId.safeParse(context.req.param("terminal"));
  if (result.success) return { run, id: result.data };
  throw new TuttiError("terminal.unknown", "A terminal is named by `t-` and its characters.");
}

/** `Last-Event-ID` of a reader that comes back, else `?after`, else all that is kept. */
function positionOf(context: Context, end: number): number {
  const last = context.req.header("last-event-id");
  if (last === undefined) return numberQuery(context, "after", { fallback: 0, min: 0, max: end });
  if (/^\d{1,15}$/u.test(last) && Number(last) <= end) return Number(last);
  throw new TuttiError("usage", "Last-Event-ID is not a position of this terminal.");
}
