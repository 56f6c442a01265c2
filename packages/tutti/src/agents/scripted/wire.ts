/**
 * JSON-RPC 2.0 over newline-delimited JSON on stdin and stdout, as ACP speaks it. Written by hand
 * so that the program starts in the time of a bare Node and needs nothing but its own folder.
 */
import { createInterface } from "node:readline";

export type Answer =
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string } };

export type Wire = {
  readonly notify: (method: string, params: unknown) => void;
  readonly request: (method: string, params: unknown) => Promise<Answer>;
  readonly raw: (text: string) => void;
};

type Message = Record<string, unknown>;

export type Call = { readonly method: string; readonly params: Message };

const METHOD_NOT_FOUND = -32_601;
const PARSE_ERROR = -32_700;

export const isMessage = (value: unknown): value is Message =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const parse = (line: string): Message | null => {
  try {
    const value: unknown = JSON.parse(line);
    return isMessage(value) ? value : null;
  } catch {
    // The caller answers with a parse error.
    return null;
  }
};

const answerOf = (message: Message): Answer => {
  const error = message["error"];
  if (!isMessage(error)) return { result: message["result"] };
  return { error: { code: Number(error["code"]), message: String(error["message"]) } };
};

const raw = (text: string): void => {
  process.stdout.write(text);
};

/** `onCall` answers a request (null: method not found); what it returns for a notification is dropped. */
export const connect = (
  onCall: (call: Call) => Promise<Answer | null>,
  onEnd: () => void,
): Wire => {
  const waiting = new Map<unknown, (answer: Answer) => void>();
  let lastId = 0;
  const send = (message: Message): void =>
    raw(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);

  const serve = async (message: Message, method: string): Promise<void> => {
    const params = message["params"];
    const answer = await onCall({ method, params: isMessage(params) ? params : {} });
    if (message["id"] === undefined) return;
    send({
      id: message["id"],
      ...(answer ?? { error: { code: METHOD_NOT_FOUND, message: `method not found: ${method}` } }),
    });
  };

  const receive = (line: string): void => {
    const message = parse(line);
    if (message === null)
      return send({ id: null, error: { code: PARSE_ERROR, message: "parse error" } });
    const method = message["method"];
    if (typeof method === "string") return void serve(message, method);
    waiting.get(message["id"])?.(answerOf(message));
    waiting.delete(message["id"]);
  };

  createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })
    .on("line", receive)
    .on("close", onEnd);

  return {
    raw,
    notify: (method, params) => send({ method, params }),
    request: (method, params) =>
      new Promise((resolve) => {
        lastId += 1;
        waiting.set(lastId, resolve);
        send({ id: lastId, method, params });
      }),
  };
};
