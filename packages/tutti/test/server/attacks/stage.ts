/** The web listener as an attacker on this machine meets it: bytes on a socket, and what comes back. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ApiServer, createServer } from "../../../src/server/create-server.ts";
import { memoryEngine, type MemoryEngine } from "../memory-engine.ts";
import { json, rawRequest } from "../raw-request.ts";

const ANSWER_WITHIN_MS = 5000;
export const PAGE = "<!doctype html><title>Tutti</title>";

type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type Stage = {
  readonly engine: MemoryEngine;
  readonly server: ApiServer;
  readonly folder: string;
  readonly port: number;
  /** Of a browser that is signed in. */
  readonly cookie: string;
  readonly token: string;
  /** Over the daemon's own socket, as its user. */
  readonly own: (path: string, body?: unknown) => Promise<Record<string, unknown>>;
  /** Exactly these bytes; the answer to them, or null when the connection is only closed. */
  readonly send: (bytes: string) => Promise<Answer | null>;
  /** Headers by name; a list sends a header more than once. */
  readonly ask: (line: string, headers?: Headers, body?: string) => Promise<Answer | null>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

export type Headers = Readonly<Record<string, string | readonly string[]>>;

const parse = (text: string): Answer | null => {
  const [head = "", ...rest] = text.split("\r\n\r\n");
  const [first = "", ...lines] = head.split("\r\n");
  const status = Number(/^HTTP\/1\.1 (\d{3})/u.exec(first)?.[1] ?? 0);
  if (status === 0) return null;
  const headers = Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf(":");
      return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
    }),
  );
  return { status, headers, body: rest.join("\r\n\r\n") };
};

const sendTo = (port: number, bytes: string): Promise<Answer | null> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let text = "";
    socket.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    socket.setTimeout(ANSWER_WITHIN_MS, () => socket.destroy());
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(parse(text)));
    socket.write(bytes);
  });

export const openStage = async (): Promise<Stage> => {
  const folder = mkdtempSync(join(tmpdir(), "tutti-attack-"));
  const pages = join(folder, "web");
  mkdirSync(join(pages, "assets"), { recursive: true });
  writeFileSync(join(pages, "index.html"), PAGE);
  writeFileSync(join(pages, "assets/a.js"), "export {};\n");
  writeFileSync(join(folder, "secret.txt"), "secret\n");
  const engine = memoryEngine();
  const server = await createServer(engine, {
    socketPath: join(folder, "run/daemon.sock"),
    version: "1.2.3",
    stop: () => undefined,
    web: {
      folder: pages,
      file: join(folder, "web.json"),
      accessFile: join(folder, "access.json"),
      port: null,
    },
  });
  const own: Stage["own"] = async (path, body) => {
    const request = body === undefined ? { method: "POST" } : json(body);
    return JSON.parse((await rawRequest(server.socketPath, `/api/v1${path}`, request)).text);
  };
  const link = await own("/web/links");
  const port = Number(link["port"]);
  const host = `127.0.0.1:${port}`;
  const send: Stage["send"] = (bytes) => sendTo(port, bytes);
  const ask: Stage["ask"] = (line, headers = {}, body = "") => {
    const all = { host, ...headers };
    const lines = Object.entries(all).flatMap(([name, value]) =>
      [value].flat().map((one) => `${name}: ${one}`),
    );
    const length = body === "" ? [] : [`content-length: ${Buffer.byteLength(body)}`];
    const head = [`${line} HTTP/1.1`, ...lines, ...length, "connection: close"];
    return send(`${head.join("\r\n")}\r\n\r\n${body}`);
  };
  const code = String(link["url"]).split("#code=")[1] ?? "";
  const signedIn = await ask(
    "POST /api/v1/session",
    { origin: `http://${host}`, "content-type": "application/json" },
    JSON.stringify({ code }),
  );
  const cookie = signedIn?.headers["set-cookie"]?.split(";")[0] ?? "";
  const token = String((await own("/tokens", { name: "test" }))["token"]);
  return {
    engine,
    server,
    folder,
    port,
    cookie,
    token,
    own,
    send,
    ask,
    [Symbol.asyncDispose]: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** What a page of the listener itself sends. */
export const ownPage = ({ port, cookie }: Stage): Headers => ({
  cookie,
  origin: `http://127.0.0.1:${port}`,
  "sec-fetch-site": "same-origin",
  "content-type": "application/json",
});
