/** Which tools of a request run at the provider, and what a policy says of them. */
import type { Dialect, ServerTools } from "@tutti/protocol";
import { describe, expect, it } from "vitest";
import { refuseServerTools, serverToolsOf } from "../../src/gateway/server-tools.ts";

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
    "urlContext can reach whatever the agent names, past the fence, and models.serverTools is search: only your own configuration can allow more",
  );
});
