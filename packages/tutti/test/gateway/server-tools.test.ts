/** Which tools of a request run at the provider, and what a policy says of them. */
import { type Dialect, ModelPolicy, type ServerTools } from "@tutti/protocol";
import { describe, expect, it } from "vitest";
import { refuseServerTools, serverToolsOf } from "../../src/gateway/server-tools.ts";
import { anthropicAt, answerStream, MESSAGE, openProvider, openRig } from "./rig.ts";

const allows = (body: object, dialect: Dialect): ServerTools | null =>
  (["none", "search", "all"] as const).find(
    (policy) => refuseServerTools(serverToolsOf(body, dialect), policy) === null,
  ) ?? null;

const schema = { type: "object" };
const url = "https://collector.example/?secret";

describe("the strictest policy that lets a request through is", () => {
  it.each<[ServerTools, Dialect, object]>([
    ["none", "anthropic", {}],
    ["none", "anthropic", { tools: [{ name: "Bash", input_schema: schema }] }],
    ["none", "anthropic", { tools: [{ type: "custom", name: "a", input_schema: schema }] }],
    ["none", "anthropic", { tools: [{ type: "bash_20250124", name: "bash" }] }],
    ["search", "anthropic", { tools: [{ type: "web_search_20250305", name: "web_search" }] }],
    ["search", "anthropic", { tools: [{ type: "code_execution_20250825", name: "code" }] }],
    ["all", "anthropic", { tools: [{ type: "web_fetch_20250910", name: "web_fetch" }] }],
    ["all", "anthropic", { tools: [{ type: "mcp_toolset", mcp_server_name: "a" }] }],
    ["all", "anthropic", { mcp_servers: [{ type: "url", url }] }],
    ["all", "anthropic", { tools: [{ type: "something_20270101", name: "new" }] }],
    ["all", "anthropic", { tools: [{ name: "no schema" }] }],
    ["all", "anthropic", { tools: ["web_fetch"] }],
    ["all", "anthropic", { messages: [{ content: [{ source: { type: "url", url } }] }] }],
    ["none", "openai-responses", { tools: [{ type: "function", name: "shell" }] }],
    ["none", "openai-responses", { tools: [{ type: "custom" }, { type: "local_shell" }] }],
    ["none", "openai-responses", { tools: [{ type: "shell", environment: { type: "local" } }] }],
    ["search", "openai-responses", { tools: [{ type: "web_search" }] }],
    ["search", "openai-responses", { tools: [{ type: "web_search_preview_2025_03_11" }] }],
    ["search", "openai-responses", { tools: [{ type: "image_generation" }] }],
    ["search", "openai-responses", { tools: [{ type: "code_interpreter", container: {} }] }],
    [
      "all",
      "openai-responses",
      {
        tools: [{ type: "code_interpreter", container: { network_policy: { type: "allowlist" } } }],
      },
    ],
    ["all", "openai-responses", { tools: [{ type: "mcp", server_url: url }] }],
    ["all", "openai-responses", { tools: [{ type: "mcp", connector_id: "connector_mail" }] }],
    [
      "all",
      "openai-responses",
      { tools: [{ type: "namespace", tools: [{ type: "mcp", server_url: url }] }] },
    ],
    ["all", "openai-responses", { tools: [{}] }],
    ["all", "openai-responses", { input: [{ content: [{ image_url: url }] }] }],
    ["none", "openai-responses", { input: [{ content: [{ image_url: "data:image/png,x" }] }] }],
    [
      "all",
      "openai-responses",
      { input: [{ type: "tool_search_output", tools: [{ type: "mcp", server_url: url }] }] },
    ],
    [
      "search",
      "openai-responses",
      { input: [{ type: "additional_tools", tools: [{ type: "web_search" }] }] },
    ],
    [
      "none",
      "openai-responses",
      {
        input: [
          {
            tools: [{ type: "custom" }, { type: "namespace", tools: [{ type: "function" }] }],
          },
        ],
      },
    ],
    ["none", "openai-responses", { input: "tools" }],
    ["all", "openai-responses", { prompt: { id: "pmpt_1" } }],
    ["search", "openai-responses", { model: "o4-mini-deep-research" }],
    ["search", "openai-chat", { model: "gpt-4o-search-preview" }],
    ["search", "openai-chat", { model: "openai/gpt-5-search" }],
    ["search", "openai-chat", { model: "qwen/qwen3:online" }],
    ["none", "openai-chat", { model: "research-coder" }],
    ["none", "openai-chat", { tools: [{ type: "function", function: { name: "a" } }] }],
    ["search", "openai-chat", { web_search_options: {} }],
    ["all", "openai-chat", { plugins: [{ id: "web" }] }],
    ["all", "openai-chat", { messages: [{ content: [{ image_url: { url } }] }] }],
    ["none", "google", { tools: [{ functionDeclarations: [{ name: "a" }] }] }],
    ["none", "google", { tools: [{ function_declarations: [{ name: "a" }] }] }],
    ["search", "google", { tools: [{ googleSearch: {} }] }],
    ["all", "google", { tools: [{ urlContext: {} }] }],
    ["all", "google", { tools: [{ googleSearch: {}, url_context: {} }] }],
    ["all", "google", { tools: [{ mcpServers: [{ url }] }] }],
    ["all", "google", { contents: [{ parts: [{ fileData: { fileUri: url } }] }] }],
  ])("%s, for %s and %j", (policy, dialect, body) => {
    expect(allows(body, dialect)).toBe(policy);
  });
});

it("what an agent writes as the arguments of its own tools is no attachment", () => {
  const input = { source: { type: "url", url } };
  const body = { messages: [{ content: [{ type: "tool_use", input }] }] };
  expect(serverToolsOf(body, "anthropic")).toEqual([]);
});

it("a refusal names the tool, the policy and who can change it", () => {
  const tools = serverToolsOf({ tools: [{ urlContext: {} }] }, "google");
  expect(refuseServerTools(tools, "search")).toBe(
    "urlContext can reach whatever the agent names, past the fence, and models.serverTools is search: take the tool out of the agent, or let it by `models: { serverTools: all }` in your own configuration (~/.config/tutti/config.yaml), where the project does not forbid it",
  );
  expect(
    refuseServerTools(serverToolsOf({ tools: [{ googleSearch: {} }] }, "google"), "none"),
  ).toContain(
    "googleSearch runs at the provider, and models.serverTools is none: take the tool out of the agent, or let it by `models: { serverTools: search }`",
  );
});

const providersAt = (at: string) => ({
  ...anthropicAt(at),
  openai: { dialect: "openai" as const, url: at, key: "OPENAI_API_KEY" },
  google: { dialect: "google" as const, url: at, key: "GEMINI_API_KEY" },
});

describe("the gateway refuses what the policy does not allow, and sends nothing", () => {
  const message = expect.stringMatching(/ can reach .*`models: \{ serverTools: all \}`/u);

  it.each([
    {
      provider: "anthropic",
      path: "/v1/messages",
      tools: [{ type: "web_fetch_20250910", name: "web_fetch" }],
      error: { type: "error", error: { type: "permission_error", message } },
    },
    {
      provider: "openai",
      path: "/v1/responses",
      tools: [{ type: "mcp", server_label: "a", server_url: url }],
      error: { error: { type: "invalid_request_error", code: "server_tool_not_allowed", message } },
    },
    {
      provider: "google",
      path: "/v1beta/models/gemini-3-pro:generateContent",
      tools: [{ urlContext: {} }],
      error: { error: { code: 403, status: "PERMISSION_DENIED", message } },
    },
  ])("in the words of $provider", async ({ provider, path, tools, error }) => {
    await using upstream = await openProvider((_request, response) => answerStream(response));
    await using rig = openRig({ providers: providersAt(upstream.url) });
    const body = JSON.stringify({ ...JSON.parse(MESSAGE), tools });
    const session = await rig.open({ provider });
    const refused = await session.ask({ path, body });
    expect([refused.status, JSON.parse(refused.text)]).toMatchObject([403, error]);
    await session.lease[Symbol.asyncDispose]();
    expect(rig.recorded()).toMatchObject([{ outcome: "refused", error: message }]);
    expect(upstream.received).toHaveLength(0);
    const policy = ModelPolicy.parse({ serverTools: "all" });
    await (await rig.open({ provider, policy })).ask({ path, body });
    expect(upstream.received.map((one) => one.body)).toEqual([body]);
  });
});
