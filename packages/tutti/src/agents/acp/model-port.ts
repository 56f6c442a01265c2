/**
 * Where an agent finds its models. In the fence that is a fixed port of the fence's own loopback,
 * handed out of it. Without a fence there is no such loopback: then it is a free port of the machine,
 * and only the session's token keeps others from using it.
 */
import { once } from "node:events";
import { createServer } from "node:net";
import type { GatewayLease } from "../../engine/ports/gateway.ts";
import type { Place } from "../../engine/ports/place.ts";
import type { PassedListener } from "../../engine/ports/sandbox.ts";

/** Every fence has a loopback of its own, so one number does for all. */
export const MODEL_PORT = 8484;

export type ModelPort = {
  /** Base address as the agent sees it. */
  readonly url: string;
  readonly listeners: readonly PassedListener[];
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

const urlOf = (port: number): string => `http://127.0.0.1:${port}`;

export const openModelPort = async (
  lease: GatewayLease,
  isolation: Place["isolation"],
): Promise<ModelPort> => {
  if (isolation === "sandbox") {
    return {
      url: urlOf(MODEL_PORT),
      listeners: [{ port: MODEL_PORT, attach: lease.attach }],
      // The socket ends with the process.
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  lease.attach(server);
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: urlOf(port),
    listeners: [],
    [Symbol.asyncDispose]: async () => {
      server.close();
    },
  };
};
