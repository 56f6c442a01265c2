/**
 * The agent's session: a new one, or the one that an earlier attempt left.
 *
 *   resume  where the agent says that it can, and its catalogue entry does not say otherwise: nothing is replayed
 *   load    likewise, and not before the session has the age that the entry names: its history is replayed
 *   new     in every other case, and whenever going on fails
 *
 * What is replayed was recorded when it happened, so it is not recorded again.
 */
import type { EarlierSession, SessionSpec } from "../../engine/ports/agents.ts";
import type { CatalogEntry } from "../catalog/entry.ts";
import { type Call, call } from "./call.ts";
import { answerFailure, HarnessError } from "./failures.ts";
import { CONTINUE_MS } from "./limits.ts";
import { type Initialized, NewSession, SessionOffers } from "./messages.ts";
import type { Fresh } from "./settings.ts";

export type Capabilities = { readonly canLoad: boolean; readonly canResume: boolean };

export const capabilitiesOf = ({ agentCapabilities }: Initialized): Capabilities => {
  const resume = agentCapabilities?.sessionCapabilities?.resume;
  return {
    canLoad: agentCapabilities?.loadSession === true,
    canResume: resume !== undefined && resume !== null && resume !== false,
  };
};

export type WayOn =
  | { readonly kind: "method"; readonly method: "session/load" | "session/resume" }
  /** Why it is a new session. */
  | { readonly kind: "new"; readonly because: string };

/** Pure: how to go on with an earlier session, by what the agent offers and what is known about it. */
export const wayOn = (
  earlier: EarlierSession,
  about: {
    readonly capabilities: Capabilities;
    readonly entry: CatalogEntry | null;
    readonly now: number;
  },
): WayOn => {
  const { capabilities, entry, now } = about;
  const quirks = entry?.quirks;
  if (capabilities.canResume && quirks?.canResume !== false)
    return { kind: "method", method: "session/resume" };
  if (!capabilities.canLoad || quirks?.load.kind === "never")
    return { kind: "new", because: "the agent cannot go on with a session" };
  const ageMs = quirks?.load.kind === "after" ? quirks.load.ageMs : 0;
  if (now - earlier.openedAt < ageMs)
    return {
      kind: "new",
      because: `the agent cannot load a session that is younger than ${Math.ceil(ageMs / 1000)} s`,
    };
  return { kind: "method", method: "session/load" };
};

/** Names, values and order as ACP wants them. */
export const mcpServersOf = (spec: SessionSpec, entry: CatalogEntry | null) =>
  (entry?.quirks.mcp ?? "stdio") !== "stdio"
    ? []
    : Object.entries(spec.mcp ?? {}).map(([name, { command, env }]) => {
        const [program = "", ...args] = command;
        const variables = Object.entries(env).map(([key, value]) => ({ name: key, value }));
        return { name, command: program, args, env: variables };
      });

const where = (spec: SessionSpec, entry: CatalogEntry | null) => ({
  cwd: spec.place.root,
  mcpServers: mcpServersOf(spec, entry),
});

/** @throws HarnessError */
export const newSession = async (
  to: Call,
  spec: SessionSpec,
  entry: CatalogEntry | null,
): Promise<Fresh> => {
  const answer = NewSession.safeParse(await call(to, "session/new", where(spec, entry)));
  if (!answer.success) throw HarnessError.of(answerFailure("session/new", answer.error));
  return { id: answer.data.sessionId, offers: answer.data };
};

/** @throws HarnessError */
export const continueSession = async (
  to: Call,
  { id, method }: { readonly id: string; readonly method: string },
  about: { readonly spec: SessionSpec; readonly entry: CatalogEntry | null },
): Promise<Fresh> => {
  const params = { sessionId: id, ...where(about.spec, about.entry) };
  const timeoutMs = Math.min(to.timeoutMs, CONTINUE_MS);
  const answer = SessionOffers.safeParse((await call({ ...to, timeoutMs }, method, params)) ?? {});
  if (!answer.success) throw HarnessError.of(answerFailure(method, answer.error));
  return { id, offers: answer.data };
};
