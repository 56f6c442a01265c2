import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { ApiError } from "../src/api-error.ts";
import { createClient } from "../src/client.ts";
import type { ApiAnswer, ApiRequest, Transport } from "../src/transport.ts";

/** A body that comes in these pieces, and may end in an error. */
async function* bodyOf(...pieces: readonly (string | Uint8Array | Error)[]) {
  for (const piece of pieces) {
    if (piece instanceof Error) throw piece;
    yield typeof piece === "string" ? new TextEncoder().encode(piece) : piece;
  }
}

const answer = (body: ApiAnswer["body"], status = 200): ApiAnswer => ({
  status,
  body,
  close: () => undefined,
});

const answering =
  (...pieces: readonly (string | Uint8Array | Error)[]): Transport =>
  async () =>
    answer(bodyOf(...pieces));

/** Answers everything alike, and keeps what was asked. */
const recorder = (text = '{"items": []}', status = 200) => {
  const asked: ApiRequest[] = [];
  const transport: Transport = async (request) => {
    asked.push(request);
    return answer(bodyOf(text), status);
  };
  return { asked, client: createClient(transport) };
};

/** Paths and methods of the description of the interface, parameters as `{}`. */
const described = (): string[] => {
  const file = new URL("../../../docs/schema/openapi.json", import.meta.url);
  const { paths } = JSON.parse(readFileSync(file, "utf8")) as {
    paths: Record<string, Record<string, unknown>>;
  };
  return Object.entries(paths)
    .flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path.replace(/\{[^}]+\}/gu, "{}")}`),
    )
    .toSorted();
};

it("has a call for every route that the interface describes, and no other", async () => {
  const { asked, client } = recorder();
  const end = new AbortController();
  const onLost = (): number => {
    end.abort();
    return 0;
  };
  const wish = { reason: "lunch" };
  const terminal = { run: "{}", id: "{}" };
  const size = { rows: 24, columns: 80 };
  await Promise.all([
    client.startRun({ path: "/p", text: "Do" }),
    client.runs(),
    client.run("{}"),
    client.command("{}", { kind: "run.resume" }),
    client.halt("{}", "lunch"),
    client.amend("{}", { name: "{}", text: "new" }),
    client.opinion("{}", "{}"),
    client.attention(),
    client.usage({}),
    client.search({ q: "sum" }),
    client.audit(),
    client.noteInAudit({ did: "key.set", about: "ACME_API_KEY" }),
    client.eventsOf("{}", { after: 0 }),
    client.artifact("{}", "{}"),
    client.blob("{}"),
    client.sessions("{}"),
    client.transcript("{}", { from: 0, limit: 1 }),
    client.diff("{}"),
    client.blame("{}", { path: "a" }),
    client.checkpoints("{}"),
    client.seen("{}"),
    client.conflicts("{}"),
    client.shell("{}"),
    client.openTerminal("{}", size),
    client.terminals("{}"),
    client.typeInTerminal(terminal, "ls"),
    client.resizeTerminal(terminal, size),
    client.closeTerminal(terminal),
    client.readTerminal(terminal, { signal: end.signal, onLost }).next(),
    client.health(),
    client.fleet(),
    client.landings(),
    client.orderFleet("pause", wish),
    client.orderFleet("stop", wish),
    client.orderFleet("resume", wish),
    client.projects(),
    client.project("/p"),
    client.advise({ path: "/p", text: "Do" }),
    client.agents(),
    client.testAgent({ path: "/p", name: "alto" }),
    client.doctor({}),
    client.gc(),
    client.stop(),
    client.keys(),
    client.setKey({ name: "{}", value: "v" }),
    client.removeKey("{}"),
    client.tokens(),
    client.createToken({ name: "report" }),
    client.removeToken("{}"),
    client.session(),
    client.signIn("code"),
    client.signOut(),
    client.web(),
    client.webLink(),
    client.follow({ signal: end.signal, onLost }).next(),
  ]);
  const called = asked.map(({ method = "GET", path }) => {
    const [plain = ""] = decodeURIComponent(path).split("?");
    return `${method.toLowerCase()} ${plain}`;
  });
  // The description itself is for programs that make a client of their own.
  expect([...called, "get /openapi.json"].toSorted()).toEqual(described());
});

it("encodes what it is given, so that nothing of it can name another route", async () => {
  const { asked, client } = recorder();
  await client.artifact("r-1/../..", "a?b#c/d");
  await client.runs({ states: ["working", "waiting"], project: "/a b&c=d", cursor: undefined });
  expect(asked.map(({ path }) => path)).toEqual([
    "/runs/r-1%2F..%2F../artifacts/a%3Fb%23c%2Fd",
    "/runs?project=%2Fa+b%26c%3Dd&states=working%2Cwaiting",
  ]);
});

it.each(["", ".", ".."])(
  "sends nothing for the name %o, which would be another path",
  async (name) => {
    const { asked, client } = recorder();
    await expect(client.removeKey(name)).rejects.toMatchObject({ code: "usage" });
    await expect(client.command(name, { kind: "run.resume" })).rejects.toMatchObject({
      code: "usage",
    });
    expect(asked).toEqual([]);
  },
);

it("gives every change a key of its own, or the one that it is told, and reads without one", async () => {
  const { asked, client } = recorder();
  await client.gc();
  await client.gc();
  await client.gc({ key: "mine" });
  await client.run("r-1");
  const keys = asked.map(({ headers }) => headers?.["idempotency-key"]);
  expect(new Set(keys).size).toBe(4);
  expect(keys.slice(2)).toEqual(["mine", undefined]);
});

it("replaces an artifact only while it is the one that was read, when it is told which", async () => {
  const { asked, client } = recorder();
  await client.amend("r-1", { name: "spec.md", text: "new", replaces: "abc" });
  await client.amend("r-1", { name: "spec.md", text: "new" });
  expect(asked.map(({ headers }) => headers?.["if-match"])).toEqual(['"abc"', undefined]);
  expect(asked[0]?.body).toEqual({ type: "text/plain; charset=utf-8", text: "new" });
});

it("throws the daemon's problem with its code, its words and what to do next", async () => {
  const facts = { status: 404, code: "run.unknown", mend: "List them." };
  const { client } = recorder(JSON.stringify({ ...facts, detail: "No r-1." }), 404);
  const error: unknown = await client.run("r-1").catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ ...facts, message: "No r-1." });
  expect((error as ApiError).is("run.unknown")).toBe(true);
  expect((error as ApiError).is("run.finished", "internal")).toBe(false);
});

it.each([
  ["no JSON at all", "<html>", 502],
  ["JSON that is no problem", "[]", 500],
  ["an answer that is not JSON", "<html>", 200],
])("throws its one error for %s", async (_, text, status) => {
  await expect(recorder(text, status).client.health()).rejects.toMatchObject({
    name: "ApiError",
    code: "internal",
  });
});

it("throws its one error for an answer that breaks off", async () => {
  const broken = answering('{"sta', new Error("reset"));
  await expect(createClient(broken).health()).rejects.toMatchObject({
    name: "ApiError",
    code: "daemon.unreachable",
  });
});

it("hands on what its transport fails with, such as a daemon that could not be started", async () => {
  const failure = new TypeError("no daemon can be started");
  const client = createClient(() => Promise.reject(failure));
  await expect(client.health()).rejects.toBe(failure);
});

it("reads characters that come in pieces", async () => {
  const bytes = new TextEncoder().encode("é 🎻");
  const pieces = answering(...[...bytes].map((byte) => Uint8Array.of(byte)));
  expect(await createClient(pieces).blob("0")).toBe("é 🎻");
});
