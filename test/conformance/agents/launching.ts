/** How agents of the catalogue, and plain commands with a provider, are started and served. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect } from "vitest";
import { acpAgents } from "../../../packages/tutti/src/agents/acp/agents.ts";
import { createLogins } from "../../../packages/tutti/src/agents/acp/logins.ts";
import { MODEL_PORT } from "../../../packages/tutti/src/agents/acp/model-port.ts";
import type { CatalogEntry, Quirks } from "../../../packages/tutti/src/agents/catalog/entry.ts";
import type { Script } from "../../../packages/tutti/src/agents/scripted/script.ts";
import { systemClock } from "../../../packages/tutti/src/platform/clock.ts";
import { createSandbox } from "../../../packages/tutti/src/workspace/sandbox/sandbox.ts";
import { echoGateway, TOKEN } from "./lease.ts";
import { codeOf, createRig, doing, entriesOf, PROMPT, rigTest, turn, type Rig } from "./rig.ts";

const dataFolder = mkdtempSync(join(tmpdir(), "tutti-launch-data-"));

const QUIRKS: Quirks = {
  mode: null,
  asks: "write-and-shell",
  load: { kind: "after", ageMs: 0 },
  canResume: true,
  mcp: "stdio",
  privateMethods: { requests: [], notifications: [] },
  modelOption: null,
  effortOption: null,
  notes: [],
};

const entryOf = (id: string, quirks: Partial<Quirks> = {}): CatalogEntry => ({
  id,
  title: "Scripted",
  family: "anthropic",
  provider: "anthropic",
  dialect: "anthropic",
  distribution: { kind: "command", program: "scripted", args: [], install: "true" },
  node: null,
  model: null,
  quirks: { ...QUIRKS, ...quirks },
  signIn: "scripted login",
  credentialFiles: [".tok/auth.json"],
  launch: ({ gatewayUrl, token, model, effort, home }) => ({
    args: [],
    env: gatewayUrl === null ? {} : { MODELS: gatewayUrl, MODELS_TOKEN: token },
    homeFiles: { ".scripted/config.json": JSON.stringify({ gatewayUrl, model, effort, home }) },
  }),
});

const ENTRIES = [
  entryOf("plain"),
  entryOf("boxed", { asks: "never", mode: "full" }),
  entryOf("optional", { modelOption: "brain", effortOption: "effort" }),
  entryOf("no-servers", { mcp: "http-only" }),
  { ...entryOf("unmoved"), launch: () => ({ args: [], env: {}, homeFiles: {} }) },
  { ...entryOf("settled"), loginSettings: [".tok/auth.json"] },
];

const gateway = echoGateway();
const sandbox = createSandbox({ dataFolder });
const logins = join(dataFolder, "logins");
const agents = acpAgents({
  sandbox,
  clock: systemClock,
  gateway,
  logins: createLogins(logins),
  catalog: (id) => ENTRIES.find((entry) => entry.id === id),
});

/** Asks the model and shows the answer. */
const asking = (url: string, token: string): Script =>
  doing({
    do: "run",
    command: `${process.execPath} -e 'fetch(process.env.${url} + "/v1/models", { headers: { authorization: "Bearer " + process.env.${token} } }).then((a) => a.text()).then(console.log)'`,
  });

const shownBy = async (rig: Rig, script: Script, options: Parameters<Rig["session"]>[1]) => {
  await using session = await rig.session(script, options);
  return JSON.stringify(entriesOf(await turn(session, PROMPT)));
};

/** Refresh tokens that are good for one use; the second use of one ends the login. */
const tokenServer = async () => {
  let current = "refresh-1";
  let number = 1;
  const seen: string[] = [];
  const server = createServer((request, response) => {
    const token = request.url?.slice(1) ?? "";
    seen.push(token);
    if (token !== current) {
      current = "ended";
      response.writeHead(401).end();
      return;
    }
    number += 1;
    current = `refresh-${number}`;
    // Slow enough that a second session would come in between.
    setTimeout(() => response.end(current), 300);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { port, seen, [Symbol.dispose]: () => void server.close() };
};

/** As programs do it: read, exchange, write beside, rename over. */
const REFRESH = `
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { request } from "node:http";
const [port] = process.argv.slice(2);
const file = process.env.HOME + "/.tok/auth.json";
const { refresh } = JSON.parse(readFileSync(file, "utf8"));
const connect = request({ host: "127.0.0.1", port: 3128, method: "CONNECT", path: "127.0.0.1:" + port });
connect.on("connect", (_answer, socket) => {
  let text = "";
  socket.on("data", (chunk) => (text += chunk));
  socket.on("end", () => {
    const body = text.split("\\r\\n\\r\\n")[1] ?? "";
    if (!text.includes(" 200 ")) return console.log("the login has ended");
    writeFileSync(file + ".new", JSON.stringify({ refresh: body }));
    renameSync(file + ".new", file);
    console.log("renewed to " + body);
  });
  socket.write("GET /" + refresh + " HTTP/1.0\\r\\n\\r\\n");
});
connect.end();
`;

const refreshing = (rig: Rig, port: number): Script => {
  const program = join(rig.scripts, "refresh.mjs");
  writeFileSync(program, REFRESH);
  return doing({ do: "run", command: `${process.execPath} ${program} ${port}` });
};
const options = (port: number) => ({
  agent: {
    catalog: "plain",
    credentials: "inside" as const,
    egress: [`127.0.0.1:${port}`],
  },
});
const logIn = () => {
  mkdirSync(join(logins, "plain/.tok"), { recursive: true });
  writeFileSync(join(logins, "plain/.tok/auth.json"), JSON.stringify({ refresh: "refresh-1" }));
};

/** What lies in the folder of the login. */
const left = (): string[] => readdirSync(join(logins, "plain"), { recursive: true }).map(String);

export const describeLaunch = (): void => {
  afterAll(() => rmSync(dataFolder, { recursive: true, force: true }));

  describe.each(["sandbox", "none"] as const)("with isolation %s", (isolation) => {
    const it = rigTest(() => createRig(agents, isolation));

    it("an agent of the catalogue reaches its provider by the session's token", async ({ rig }) => {
      const script = asking("MODELS", "MODELS_TOKEN");
      const agent = { catalog: "plain", model: "m-1", effort: "high" };
      expect(await shownBy(rig, script, { agent })).toContain("anthropic /v1/models");
      expect(gateway.grants.at(-1)).toMatchObject({
        provider: "anthropic",
        caller: { step: "build", attempt: 1, agent: "alto" },
        policy: { families: [] },
        budget: { run: {}, day: {} },
      });
      const home = rig.place.env["HOME"] ?? "";
      const config: unknown = JSON.parse(readFileSync(join(home, ".scripted/config.json"), "utf8"));
      const port = isolation === "sandbox" ? `${MODEL_PORT}` : "\\d+";
      expect(config).toEqual({
        gatewayUrl: expect.stringMatching(new RegExp(`^http://127\\.0\\.0\\.1:${port}$`, "u")),
        model: "m-1",
        effort: "high",
        home,
      });
    });

    it("a command with a provider finds it by the usual variables", async ({ rig }) => {
      const agent = { provider: "local" };
      const tutti = await shownBy(rig, asking("TUTTI_MODEL_URL", "TUTTI_MODEL_TOKEN"), { agent });
      expect(tutti).toContain("local /v1/models");
      const anthropic = await shownBy(rig, asking("ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY"), {
        agent,
      });
      expect(anthropic).toContain("local /v1/models");
      const openai = await shownBy(rig, asking("OPENAI_BASE_URL", "OPENAI_API_KEY"), { agent });
      expect(openai).toContain("local /v1/v1/models");
    });

    it("a command without a provider gets no way to a model", async ({ rig }) => {
      const before = gateway.grants.length;
      const script = doing({ do: "run", command: "env" });
      const shown = await shownBy(rig, script, {});
      expect(shown).not.toContain(TOKEN);
      expect(shown).not.toContain("TUTTI_MODEL_URL");
      expect(gateway.grants).toHaveLength(before);
    });

    it("the lease ends with the session, and after the process", async ({ rig }) => {
      const before = gateway.disposed();
      const session = await rig.session(doing(), { agent: { catalog: "plain" } });
      expect(session.budgetStop?.()).toBeNull();
      expect(gateway.disposed()).toBe(before);
      await session[Symbol.asyncDispose]();
      expect(gateway.disposed()).toBe(before + 1);
    });

    it("the lease is given back when the agent cannot be started", async ({ rig }) => {
      const before = gateway.disposed();
      const agent = { catalog: "plain", command: ["no-such-agent"] };
      expect(await rig.open(doing(), { agent })).toMatchObject({
        failure: { code: "agent.missing" },
      });
      expect(gateway.disposed()).toBe(before + 1);
    });

    it("a provider without a key, and an agent that is not in the catalogue, are failures with their codes", async ({
      rig,
    }) => {
      const open = async (agent: object) => rig.open(doing(), { agent });
      expect(await open({ provider: "keyless" })).toMatchObject({
        failure: { code: "provider.key-missing", retry: "never" },
      });
      expect(await open({ catalog: "nobody" })).toMatchObject({
        failure: { code: "agent.missing" },
      });
    });
  });

  describe("in the fence", () => {
    const it = rigTest(() => createRig(agents, "sandbox"));

    it("a mode that the agent needs is set, and a configured one wins", async ({ rig }) => {
      const script = {
        ...doing({ do: "run", command: "echo mode=$SCRIPTED_MODE" }),
        modes: ["ask", "full", "other"],
      };
      expect(await shownBy(rig, script, { agent: { catalog: "boxed" } })).toContain("mode=full");
      const agent = { catalog: "boxed", mode: "other" };
      expect(await shownBy(rig, script, { agent })).toContain("mode=other");
    });

    it.for<[string, Partial<Script>]>([
      ["is not offered", { modes: ["ask"] }],
      ["does not take effect", { modes: ["ask", "full"], keepsMode: true }],
      ["is not there at all", {}],
    ])("a mode that the agent needs and that %s is a failure", async ([, more], { rig }) => {
      const opened = await rig.open({ ...doing(), ...more }, { agent: { catalog: "boxed" } });
      expect(opened).toMatchObject({
        kind: "failed",
        failure: { code: "agent.mode", retry: "never" },
      });
    });

    it("a model that the agent should know and does not is noted with what it offers", async ({
      rig,
    }) => {
      const script = { ...doing(), settings: { brain: ["small", "large"] } };
      const agent = { catalog: "optional", model: "huge" };
      expect(await shownBy(rig, script, { agent })).toContain(
        'does not offer the model \\"huge\\"; it offers small, large',
      );
    });

    it("an agent that takes no servers over standard streams gets none, and that is said", async ({
      rig,
    }) => {
      const script = doing({ do: "run", command: "echo servers=$SCRIPTED_MCP" });
      const mcp = { tools: { command: ["server"], env: {} } };
      const shown = await shownBy(rig, script, { agent: { catalog: "no-servers" }, spec: { mcp } });
      expect(shown).toContain("servers=[]");
      expect(shown).toContain("takes no MCP servers over standard streams");
    });

    it("an effort for which the agent has no setting is said, and no other", async ({ rig }) => {
      const effort = "high";
      const said = "Scripted has no setting for effort";
      const unmoved = { agent: { catalog: "unmoved", effort } };
      expect(await shownBy(rig, doing(), unmoved)).toContain(said);
      expect(await shownBy(rig, doing(), { agent: { catalog: "plain", effort } })).not.toContain(
        said,
      );
      expect(await shownBy(rig, doing(), { agent: { catalog: "unmoved" } })).not.toContain(said);
    });

    it("a turn whose commands wanted a sandbox of their own is a failure, whatever the agent says", async ({
      rig,
    }) => {
      const words =
        "bwrap: No permissions to create new namespace, likely because the kernel does not allow it";
      const script = doing(
        { do: "run", command: `echo "${words}" >&2; exit 1` },
        { do: "say", text: "Done." },
      );
      await using session = await rig.session(script);
      expect(codeOf(await turn(session, PROMPT))).toBe("agent.mode");
    });

    it("the newest of a home's files is the launch's, whatever an attempt before left", async ({
      rig,
    }) => {
      const home = rig.place.env["HOME"] ?? "";
      mkdirSync(join(home, ".scripted"));
      writeFileSync(join(home, ".scripted/config.json"), "the agent's own");
      await shownBy(rig, doing(), { agent: { catalog: "plain" } });
      expect(readFileSync(join(home, ".scripted/config.json"), "utf8")).toContain("gatewayUrl");
    });
  });

  describe("without a fence", () => {
    const it = rigTest(() => createRig(agents, "none"));

    it("an agent that never asks is not started", async ({ rig }) => {
      const script = { ...doing(), modes: ["full"] };
      expect(await rig.open(script, { agent: { catalog: "boxed" } })).toMatchObject({
        kind: "failed",
        failure: { code: "agent.unfenced", retry: "never" },
      });
    });

    it("an agent with a login of its own is not started", async ({ rig }) => {
      mkdirSync(join(logins, "plain/.tok"), { recursive: true });
      writeFileSync(join(logins, "plain/.tok/auth.json"), "{}");
      const agent = { catalog: "plain", credentials: "inside" as const };
      expect(await rig.open(doing(), { agent })).toMatchObject({
        failure: { code: "agent.login" },
      });
      rmSync(join(logins, "plain"), { recursive: true });
    });
  });

  describe("with a login of its own", () => {
    const it = rigTest(() => createRig(agents, "sandbox"));

    it("two sessions that start at once renew it one after the other", async ({ rig }) => {
      using server = await tokenServer();
      logIn();
      const script = refreshing(rig, server.port);
      const shown = await Promise.all([
        shownBy(rig, script, options(server.port)),
        shownBy(rig, script, options(server.port)),
      ]);
      expect(shown.map((text) => /renewed to refresh-\d|has ended/u.exec(text)?.[0])).toEqual([
        "renewed to refresh-2",
        "renewed to refresh-3",
      ]);
      expect(server.seen).toEqual(["refresh-1", "refresh-2"]);
      const stored = readFileSync(join(logins, "plain/.tok/auth.json"), "utf8");
      expect(stored).toBe('{"refresh":"refresh-3"}');
    });

    it("finds nothing beside it that an earlier session left, nor does whoever logs in", async ({
      rig,
    }) => {
      logIn();
      const plant = [
        "cd $HOME/.tok",
        "echo hook > settings.json",
        "mkdir -p projects/deep && echo said > projects/deep/history",
        "ln -s /etc/hostname link",
        "chmod 0 projects/deep",
        'echo \'{"refresh":"refresh-9"}\' > auth.json',
      ].join(" && ");
      await shownBy(rig, doing({ do: "run", command: plant }), options(1));
      expect(left()).toEqual([".tok", ".tok/auth.json"]);
      writeFileSync(join(logins, "plain/.tok/settings.json"), "of a daemon that was killed");
      const show = doing({ do: "run", command: "ls $HOME/.tok && cat $HOME/.tok/auth.json" });
      const shown = await shownBy(rig, show, options(1));
      expect(shown).toContain("refresh-9");
      expect(shown).not.toContain("settings.json");
    });

    it("is gone when the agent put a link in its place", async ({ rig }) => {
      logIn();
      const plant = "cd $HOME/.tok && rm auth.json && ln -s /etc/hostname auth.json";
      await shownBy(rig, doing({ do: "run", command: plant }), options(1));
      expect(left()).toEqual([".tok"]);
    });

    it("cannot be changed where it holds settings, too", async ({ rig }) => {
      mkdirSync(join(logins, "settled/.tok"), { recursive: true });
      writeFileSync(join(logins, "settled/.tok/auth.json"), "as it was");
      const change =
        "cd $HOME/.tok; echo x > auth.json; echo x > new; mv new auth.json; rm -f auth.json; mv $HOME/.tok $HOME/.other; cat auth.json";
      const { agent } = options(1);
      const settled = { agent: { ...agent, catalog: "settled" } };
      const shown = await shownBy(rig, doing({ do: "run", command: change }), settled);
      expect(shown).toContain("as it was");
      expect(readFileSync(join(logins, "settled/.tok/auth.json"), "utf8")).toBe("as it was");
    });

    it("that another session has is not waited for without end where that is said", async ({
      rig,
    }) => {
      logIn();
      await using holder = await rig.session(doing(), options(1));
      const opening = rig.open(doing(), { ...options(1), spec: { loginWaitMs: 200 } });
      expect(await opening).toMatchObject({
        failure: { code: "agent.busy", message: expect.stringContaining("within 0.2 s") },
      });
      expect(codeOf(await turn(holder, PROMPT))).toBe("ended: end_turn");
    });

    it("asks no gateway", async ({ rig }) => {
      logIn();
      const before = gateway.grants.length;
      await using session = await rig.session(doing(), options(1));
      expect(session.budgetStop).toBeUndefined();
      expect(gateway.grants).toHaveLength(before);
    });

    it("that nobody has made yet is a failure with the command that makes it", async ({ rig }) => {
      rmSync(join(logins, "plain"), { recursive: true, force: true });
      expect(await rig.open(doing(), options(1))).toMatchObject({
        failure: {
          code: "agent.login",
          message: expect.stringContaining(`HOME=${join(logins, "plain")} scripted login`),
        },
      });
    });

    it("a cancelled wait for it leaves the next one its turn", async ({ rig }) => {
      logIn();
      const first = await rig.session(doing(), options(1));
      const stop = new AbortController();
      const second = rig.open(doing(), { ...options(1), signal: stop.signal });
      const third = rig.open(doing(), options(1));
      stop.abort();
      expect(await second).toMatchObject({ failure: { code: "agent.stopped" } });
      await first[Symbol.asyncDispose]();
      const opened = await third;
      expect(opened.kind).toBe("opened");
      if (opened.kind === "opened") await opened.session[Symbol.asyncDispose]();
    });
  });
};
