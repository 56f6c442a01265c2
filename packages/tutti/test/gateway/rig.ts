/** A gateway between a real client and a provider that a test plays, both on loopback, and a real store. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage, RequestListener, Server } from "node:http";
import { createServer as createListener } from "node:net";
import type { AddressInfo, Server as Listener } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ModelRequest, ProviderConfig } from "@tutti/protocol";
import { ModelCaller, ModelPolicy } from "@tutti/protocol";
import type { GatewayGrant, GatewayLease } from "../../src/engine/ports/gateway.ts";
import type { Store } from "../../src/engine/ports/store.ts";
import { createGateway } from "../../src/gateway/gateway.ts";
import type { GatewayOptions } from "../../src/gateway/gateway.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";

const RUN = "r-000000000001";
export const KEY = "sk-real-key-of-the-provider";

const listen = async (server: Listener | Server): Promise<number> => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
};

export type Received = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

export type Provider = AsyncDisposable & {
  readonly url: string;
  readonly received: Received[];
};

/** Reads each request whole, keeps it, and lets `play` answer it. */
export async function openProvider(
  play: (request: Received, response: Parameters<RequestListener>[1]) => void,
): Promise<Provider> {
  const received: Received[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const one = {
        method: incoming.method ?? "",
        url: incoming.url ?? "",
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString(),
      };
      received.push(one);
      play(one, response);
    });
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

export const CALLER = ModelCaller.parse({
  run: RUN,
  project: "p-sample",
  step: "build",
  attempt: 1,
  effect: "e-000000000001-1",
  agent: "alto",
});

type RigOptions = Partial<
  Pick<GatewayOptions, "timeouts" | "clock" | "secrets" | "environment">
> & {
  readonly providers: Readonly<Record<string, ProviderConfig>>;
};

type Reply = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** False when the connection broke before the answer's end. */
  readonly isWhole: boolean;
};

type Ask = {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly signal?: AbortSignal;
};

type Session = AsyncDisposable & {
  readonly lease: GatewayLease;
  readonly port: number;
  /** Asks with the session's token, like an agent of Anthropic's dialect. */
  readonly ask: (ask?: Ask) => Promise<Reply>;
  /** The answer's head; its body is left to the test. */
  readonly begin: (ask?: Ask) => Promise<IncomingMessage>;
};

export type Rig = AsyncDisposable & {
  readonly store: Store;
  readonly gateway: ReturnType<typeof createGateway>;
  readonly open: (grant?: Partial<GatewayGrant>) => Promise<Session>;
  readonly recorded: () => readonly ModelRequest[];
};

export const MESSAGE = JSON.stringify({
  model: "claude-sonnet-4-5",
  max_tokens: 1_000,
  messages: [{ role: "user", content: "Hello" }],
});

async function read(message: IncomingMessage): Promise<Reply> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of message) chunks.push(chunk as Buffer);
  } catch {
    // a broken connection: `complete` tells
  }
  return {
    status: message.statusCode ?? 0,
    headers: message.headers,
    text: Buffer.concat(chunks).toString(),
    isWhole: message.complete,
  };
}

function openSession(lease: GatewayLease, port: number): Session {
  const begin: Session["begin"] = async (ask = {}) => {
    const outgoing = request({
      host: "127.0.0.1",
      port,
      agent: false,
      method: ask.method ?? "POST",
      path: ask.path ?? "/v1/messages",
      headers: { "x-api-key": lease.token, "content-type": "application/json", ...ask.headers },
      ...(ask.signal === undefined ? {} : { signal: ask.signal }),
    });
    outgoing.end(ask.method === "GET" ? undefined : (ask.body ?? MESSAGE));
    const [message] = (await once(outgoing, "response")) as [IncomingMessage];
    outgoing.on("error", () => undefined);
    return message;
  };
  return {
    lease,
    port,
    begin,
    ask: async (ask) => read(await begin(ask)),
    [Symbol.asyncDispose]: async () => {
      await lease[Symbol.asyncDispose]();
    },
  };
}

export function openRig({ providers, ...options }: RigOptions): Rig {
  const folder = mkdtempSync(join(tmpdir(), "tutti-gateway-"));
  const store = openSqliteStore(folder);
  const gateway = createGateway({
    store,
    secrets: { get: async () => KEY },
    clock: { now: Date.now },
    log: () => undefined,
    ...options,
    providers: async () => providers,
  });
  const sessions = new Set<Session>();
  return {
    store,
    gateway,
    open: async (grant = {}) => {
      const lease = await gateway.open({
        caller: CALLER,
        provider: "anthropic",
        policy: ModelPolicy.parse({}),
        budget: { run: {}, day: {} },
        ...grant,
      });
      const listener = createListener();
      const port = await listen(listener);
      lease.attach(listener);
      const session = openSession(lease, port);
      sessions.add(session);
      return session;
    },
    recorded: () => store.meter.requests(CALLER.run, { limit: 1_000 }).items,
    [Symbol.asyncDispose]: async () => {
      for (const session of sessions) await session[Symbol.asyncDispose]();
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export const anthropicAt = (url: string, more: Partial<ProviderConfig> = {}) => ({
  anthropic: { dialect: "anthropic" as const, url, key: "ANTHROPIC_API_KEY", ...more },
});

export const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;

/** A whole stream of Anthropic's dialect. */
export const messageStream = (model = "claude-sonnet-4-5-20250929"): string =>
  [
    {
      type: "message_start",
      message: {
        model,
        usage: {
          input_tokens: 100,
          cache_read_input_tokens: 40,
          cache_creation_input_tokens: 8,
          output_tokens: 1,
        },
      },
    },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Grüezi 🎼" } },
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 20 } },
    { type: "message_stop" },
  ]
    .map((one) => `event: ${one.type}\n${event(one)}`)
    .join("");

export const answerStream = (
  response: Parameters<RequestListener>[1],
  text = messageStream(),
): void => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.end(text);
};
