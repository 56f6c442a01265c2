/** What every route may use. */
import type { HttpBindings } from "@hono/node-server";
import type { AgentsReport, ProjectView } from "@tutti/protocol";
import type { Hono } from "hono";
import type { Engine } from "../../engine/api.ts";
import type { Secrets } from "../../engine/ports/secrets.ts";
import type { Log } from "../../platform/log.ts";
import type { StreamLimits } from "../event-stream.ts";
import type { ActivityFeed } from "../activity.ts";
import type { Feed } from "../feed.ts";
import type { Web } from "../web/web.ts";

export type App = Hono<{ Bindings: HttpBindings }>;

export type Service = {
  readonly engine: Engine;
  readonly feed: Feed;
  readonly activity: ActivityFeed;
  /** Agents for a folder of a project; without one, of the user and the catalogue. */
  readonly agents: (path: string | null) => Promise<AgentsReport>;
  /** A project by a folder of it. Throws TuttiError `repository.*`. */
  readonly project: (path: string) => Promise<ProjectView>;
  /** Keys that a person keeps; none of them is told. */
  readonly keys: Pick<Secrets, "list" | "remove" | "set">;
  /** Null where no browser is served. */
  readonly web: Web | null;
  readonly log: Log;
  readonly version: string;
  /** The person behind every request. */
  readonly user: string;
  readonly startedAt: number;
  readonly now: () => number;
  /** Where the daemon writes its log and its data, for people. */
  readonly logPath: string | null;
  readonly dataPath: string | null;
  readonly limits: StreamLimits;
  /** Aborts when the server closes. */
  readonly signal: AbortSignal;
  /** Begins to end the daemon; called after the answer was sent. */
  readonly stop: () => void;
};
