import { expect, it } from "vitest";
import { followEvents, type StreamMessage } from "../src/events.ts";
import type { ApiRequest, Transport } from "../src/transport.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const run = (seq: number): string => `id: ${seq}\nevent: run\ndata: {"seq":${seq}}\n\n`;
const READY = 'id: 4\nevent: ready\ndata: {"head":4}\n\n';

/** One connection after the other; each of them ends when its chunks are over. */
const connections = (...streams: readonly (readonly string[] | Error)[]) => {
  const asked: ApiRequest[] = [];
  const transport: Transport = async (request) => {
    const stream = streams[asked.length] ?? [];
    asked.push(request);
    return {
      status: 200,
      body: (async function* body() {
        if (stream instanceof Error) throw stream;
        for (const chunk of stream) yield bytes(chunk);
      })(),
      close: () => undefined,
    };
  };
  return { asked, transport };
};

const all = async (events: AsyncIterable<StreamMessage>): Promise<StreamMessage[]> => {
  const messages: StreamMessage[] = [];
  for await (const message of events) messages.push(message);
  return messages;
};

/** Reads until so many connections were lost. */
const follow = async (transport: Transport, losses: number, after?: number) => {
  const end = new AbortController();
  const lost: [number, unknown][] = [];
  const onLost = (count: number, error: unknown): number => {
    lost.push([count, error]);
    if (lost.length === losses) end.abort();
    return 0;
  };
  const from = after === undefined ? {} : { after };
  const messages = await all(followEvents(transport, { signal: end.signal, onLost, ...from }));
  return { messages, lost };
};

it("goes on after the last event that came, whatever ended the connection before", async () => {
  const { asked, transport } = connections([READY, run(5), run(6)], new Error("reset"), [run(7)]);
  const { messages, lost } = await follow(transport, 3);
  expect(messages.map((message) => message.kind)).toEqual(["ready", "run", "run", "run"]);
  expect(asked.map(({ headers }) => headers?.["last-event-id"])).toEqual([undefined, "6", "6"]);
  expect(lost.map(([count]) => count)).toEqual([1, 2, 1]);
  expect(lost[1]?.[1]).toMatchObject({ message: "reset" });
});

it("tells of nothing more once it was aborted, though it came already", async () => {
  const { transport } = connections([run(5) + run(6)]);
  const end = new AbortController();
  const seen: string[] = [];
  for await (const { kind } of followEvents(transport, { signal: end.signal, onLost: () => 0 })) {
    seen.push(kind);
    end.abort();
  }
  expect(seen).toEqual(["run"]);
});

it("begins after the event that it is told", async () => {
  const { asked, transport } = connections([]);
  await follow(transport, 1, 12);
  expect(asked[0]?.headers).toEqual({ "last-event-id": "12" });
});

it("takes frames apart however they arrive, and passes over what it does not know", async () => {
  const text = `${READY}: still here\n\nevent: later\ndata: {}\n\nevent: activity\ndata: {"sessions":{}}\n\n${run(5)}`;
  const { transport } = connections(text.split(""));
  const { messages } = await follow(transport, 1);
  expect(messages).toEqual([
    { kind: "ready", position: "4" },
    { kind: "activity", activity: { sessions: {} }, position: "4" },
    { kind: "run", event: { seq: 5 }, position: "5" },
  ]);
});

it("ends with what the loss of a connection throws", async () => {
  const { transport } = connections([run(5)]);
  const events = followEvents(transport, {
    signal: new AbortController().signal,
    onLost: () => {
      throw new Error("enough");
    },
  });
  await expect(all(events)).rejects.toThrow("enough");
});

async function* refusal() {
  yield bytes('{"code":"auth.none"}');
}

const refusing: Transport = async () => ({
  status: 401,
  body: refusal(),
  close: () => undefined,
});

it("tells of a refused connection", async () => {
  const { lost } = await follow(refusing, 1);
  expect(lost[0]?.[1]).toMatchObject({ name: "ApiError", status: 401 });
});
