/** Signing in and out, tokens, and links to the command center. */
import {
  CreateToken,
  ExchangeCode,
  type SessionFacts,
  type TokenView,
  TuttiError,
  type WebLink,
  type WebState,
} from "@tutti/protocol";
import type { Context } from "hono";
import { actorOf } from "../holder.ts";
import { jsonBody } from "../request.ts";
import { cookieFor, noCookie } from "../web/cookie.ts";
import type { App, Service } from "./context.ts";

/** Tokens of programs; listed without what they are. */
export function addTokenRoutes(app: App, service: Service): void {
  const { web, engine } = service;
  if (web === null) return;
  const { access, holders } = web;

  app.get("/tokens", (context) => context.json({ items: access.tokens() }));

  app.post("/tokens", async (context) => {
    // Else one that was found would outlive its end and its removal.
    if (holders.get(context.env.incoming)?.via === "token")
      throw new TuttiError("token.by-token", "A token makes no tokens.");
    const wish = await jsonBody(context, CreateToken);
    const made = access.createToken(wish);
    const about = aboutToken(made);
    try {
      await engine.record(actorOf(context, service), { did: "token.created", about });
    } catch (error) {
      access.removeToken(made.id); // nobody is told of it
      throw error;
    }
    return context.json(made, 201);
  });

  app.delete("/tokens/:token", async (context) => {
    const id = context.req.param("token");
    const known = access.tokens().find((one) => one.id === id);
    // It ends first, whatever can be written.
    if (!access.removeToken(id))
      throw new TuttiError("token.unknown", `There is no token ${JSON.stringify(id)}.`);
    const about = known === undefined ? id : aboutToken(known);
    await engine.record(actorOf(context, service), { did: "token.removed", about });
    return context.json({ removed: id });
  });
}

const aboutToken = ({ id, name }: Pick<TokenView, "id" | "name">): string => `${name} (${id})`;

/** Sessions of browsers, and the links that begin them. */
export function addAccessRoutes(app: App, { web, user, version }: Service): void {
  if (web === null) return;
  const { access } = web;
  const holderOf = (context: Context) => web.holders.get(context.env.incoming) ?? null;

  app.get("/session", (context) => {
    const holder = holderOf(context);
    const facts: SessionFacts = {
      user,
      version,
      via: holder?.via ?? "socket",
      expiresAt: holder?.expiresAt ?? null,
    };
    return context.json(facts);
  });

  app.post("/session", async (context) => {
    const port = web.port();
    if (port === null) throw new TuttiError("usage", "A session is of the web listener alone.");
    const { code } = await jsonBody(context, ExchangeCode);
    const secret = access.exchange(code);
    if (secret === null)
      throw new TuttiError("link.spent", "This link was used before, or it is too old.");
    return context.json({ user, version }, 201, { "set-cookie": cookieFor(secret, port) });
  });

  app.delete("/session", (context) => {
    const holder = holderOf(context);
    const port = web.port();
    if (holder?.via !== "session" || port === null)
      throw new TuttiError("usage", "There is no session to end here.");
    // The answer goes first, or nobody waits for it: ending a session ends its answers too.
    const { outgoing } = context.env;
    if (outgoing.destroyed) access.endSession(holder.id);
    else outgoing.once("close", () => access.endSession(holder.id));
    return context.json({ ended: true }, 200, { "set-cookie": noCookie(port) });
  });

  app.get("/web", (context) => {
    const state: WebState = { port: web.port(), lost: web.lost() };
    return context.json(state);
  });

  app.post("/web/links", async (context) => {
    if (holderOf(context) !== null)
      throw new TuttiError("usage", "A link is made at the daemon's socket: run `tutti open`.");
    const port = await web.open();
    const { code, expiresAt } = access.createCode();
    const link: WebLink = { url: `http://127.0.0.1:${port}/#code=${code}`, port, expiresAt };
    return context.json(link, 201);
  });
}
