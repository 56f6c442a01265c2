/** A gateway that leases models which answer with their own address: what a session reaches through it. */
import { createServer } from "node:http";
import { TuttiError } from "@tutti/protocol";
import type { Gateway, GatewayGrant } from "../../../packages/tutti/src/engine/ports/gateway.ts";

export type EchoGateway = Gateway & {
  readonly grants: GatewayGrant[];
  /** Leases that were given back. */
  readonly disposed: () => number;
};

export const TOKEN = "tutti-lease-4711";

export const echoGateway = (): EchoGateway => {
  const grants: GatewayGrant[] = [];
  let disposed = 0;
  const open: Gateway["open"] = async (grant) => {
    if (grant.provider === "keyless")
      throw new TuttiError("provider.key-missing", "There is no key KEYLESS_API_KEY.");
    grants.push(grant);
    const http = createServer((request, response) => {
      const isKnown = request.headers.authorization === `Bearer ${TOKEN}`;
      response.statusCode = isKnown ? 200 : 401;
      response.end(isKnown ? `${grant.provider} ${request.url}` : "no token");
    });
    return {
      token: TOKEN,
      attach: (listening) =>
        listening.on("connection", (socket) => http.emit("connection", socket)),
      fetch: () => Promise.reject(new Error("not asked for here")),
      requests: () => [],
      budgetStop: () => null,
      [Symbol.asyncDispose]: async () => {
        disposed += 1;
        http.closeAllConnections();
      },
    };
  };
  return { open, providers: () => Promise.resolve([]), grants, disposed: () => disposed };
};
