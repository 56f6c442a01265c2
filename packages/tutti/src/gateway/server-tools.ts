/**
 * Tools that run at the provider. The fence sees nothing of what they reach, so the gateway looks for
 * them in each request: a search tells the provider's own index a question; a fetched address or a remote
 * MCP server can be told anything by the agent. What is not known to stay inside counts as a way out.
 */
import type { Dialect, ServerTools } from "@tutti/protocol";
import { fetchesAttachments } from "./attachments.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * `inside`: at the provider, and it reaches nothing. `search`: the provider's own index. `out`: what the
 * agent names, or nobody knows. Tools that the agent runs itself are none of these.
 */
type Reach = "inside" | "search" | "out";

export type ServerTool = { readonly name: string; readonly reach: Reach };

const NAME_MAX_CHARACTERS = 60;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];

const tool = (name: unknown, reach: Reach): ServerTool => ({
  name: typeof name === "string" ? name.slice(0, NAME_MAX_CHARACTERS) : "a tool without a name",
  reach,
});

/** Names of tools by where they run; the first pattern that matches counts. `null`: at the agent's side. */
type Table = readonly (readonly [RegExp, Reach | null])[];

const reachIn = (table: Table, name: string): Reach | null =>
  (table.find(([pattern]) => pattern.test(name)) ?? ([/^/u, "out"] as const))[1];

const ANTHROPIC: Table = [
  [/^custom$/u, null],
  [/^(?:bash|text_editor|computer|memory)_\d{8}$/u, null],
  [/^web_search_\d{8}$/u, "search"],
  [/^(?:code_execution|advisor|tool_search_tool(?:_regex|_bm25)?)_\d{8}$/u, "inside"],
  [/^tool_search_tool_(?:regex|bm25)$/u, "inside"],
];

const OPENAI: Table = [
  [/^(?:function|custom|local_shell|apply_patch|computer|computer_use_preview|namespace)$/u, null],
  [/^web_search(?:_preview)?(?:_\d{4}_\d{2}_\d{2})?$/u, "search"],
  [/^(?:file_search|image_generation|tool_search)$/u, "inside"],
];

const GOOGLE: Table = [
  [/^(?:functionDeclarations|function_declarations|computerUse|computer_use)$/u, null],
  [/^(?:googleSearch|google_search|googleSearchRetrieval|google_search_retrieval)$/u, "search"],
  [/^(?:codeExecution|code_execution|fileSearch|file_search)$/u, "inside"],
];

const anthropicTool = (one: Fields): ServerTool | null => {
  const { type, input_schema: schema } = one;
  if (type === undefined || type === null)
    return isFields(schema) ? null : tool(one["name"], "out");
  const reach = reachIn(ANTHROPIC, typeof type === "string" ? type : "");
  return reach === null ? null : tool(type, reach);
};

/** A container of the provider's stays inside unless the request opens it a network. */
const containerOf = ({ container, environment }: Fields): Reach => {
  const place = isFields(container) ? container : isFields(environment) ? environment : {};
  const { network_policy: network } = place;
  const isClosed = !isFields(network) || network["type"] === "disabled";
  return isClosed ? "inside" : "out";
};

const openaiTool = (one: Fields): ServerTool | null => {
  const { type } = one;
  if (type === "code_interpreter") return tool(type, containerOf(one));
  if (type === "shell") {
    const { environment } = one;
    const isLocal = isFields(environment) && environment["type"] === "local";
    return isLocal ? null : tool(type, containerOf(one));
  }
  const reach = reachIn(OPENAI, typeof type === "string" ? type : "");
  return reach === null ? null : tool(type, reach);
};

/** Tools that stand in a group are as many tools. */
const ungrouped = (value: unknown): readonly unknown[] =>
  listOf(value).flatMap((one) =>
    isFields(one) && one["type"] === "namespace" ? [one, ...listOf(one["tools"])] : [one],
  );

/**
 * Tools of a conversation's items: a search for tools answers with some, and newer models are given
 * theirs there in place of `tools`.
 */
const inItems = (body: Fields): readonly unknown[] =>
  listOf(body["input"]).flatMap((item) => (isFields(item) ? listOf(item["tools"]) : []));

/** A prompt that is stored at the provider has tools that the request does not show. */
const storedPrompt = ({ prompt }: Fields): readonly ServerTool[] =>
  isFields(prompt) ? [tool("a stored prompt", "out")] : [];

/** Models that search whatever the request says. */
const SEARCHING = /(?:^|[-/])search(?:$|[-:])|deep-research|:online$|(?:^|\/)sonar/iu;

const searchingModel = ({ model }: Fields): readonly ServerTool[] =>
  typeof model === "string" && SEARCHING.test(model) ? [tool(model, "search")] : [];

const googleTools = (one: Fields): readonly ServerTool[] =>
  Object.keys(one).flatMap((name) => {
    const reach = reachIn(GOOGLE, name);
    return reach === null ? [] : [tool(name, reach)];
  });

const unreadable = tool("a tool of another shape", "out");

const each =
  (read: (one: Fields) => ServerTool | null | readonly ServerTool[]) =>
  (one: unknown): readonly ServerTool[] => {
    if (!isFields(one)) return [unreadable];
    const found = read(one);
    return found === null ? [] : [found].flat();
  };

const isGiven = (value: unknown): boolean =>
  isFields(value) || listOf(value).some((one) => one !== false && one !== "");

/** Keys beside `tools` by which a body asks for the same. */
const BESIDE: readonly (readonly [key: string, reach: Reach])[] = [
  ["mcp_servers", "out"],
  ["mcpServers", "out"],
  ["plugins", "out"],
  ["web_search_options", "search"],
  ["search_parameters", "search"],
];

const beside = (body: Fields): readonly ServerTool[] =>
  BESIDE.flatMap(([key, reach]) => (isGiven(body[key]) ? [tool(key, reach)] : []));

/** Everything that a request lets the provider do itself. */
export function serverToolsOf(body: unknown, dialect: Dialect): readonly ServerTool[] {
  if (!isFields(body)) return [];
  const fetched = fetchesAttachments(body, dialect)
    ? [tool("an attachment by address", "out")]
    : [];
  return [...fetched, ...named(body, dialect)];
}

function named(body: Fields, dialect: Dialect): readonly ServerTool[] {
  const { tools } = body;
  switch (dialect) {
    case "anthropic":
      return [...listOf(tools).flatMap(each(anthropicTool)), ...beside(body)];
    case "openai-responses":
    case "openai-chat":
      return [
        ...[tools, inItems(body)].flatMap(ungrouped).flatMap(each(openaiTool)),
        ...beside(body),
        ...storedPrompt(body),
        ...searchingModel(body),
      ];
    case "google":
      return [...listOf(tools).flatMap(each(googleTools)), ...beside(body)];
    default:
      return dialect satisfies never;
  }
}

const ALLOWED: Readonly<Record<ServerTools, readonly Reach[]>> = {
  none: [],
  search: ["inside", "search"],
  all: ["inside", "search", "out"],
};

/** Why the provider may not be let do this; null when it may. */
export function refuseServerTools(
  tools: readonly ServerTool[],
  allowed: ServerTools,
): string | null {
  const refused = tools.find(({ reach }) => !ALLOWED[allowed].includes(reach));
  if (refused === undefined) return null;
  const about =
    refused.reach === "out"
      ? "can reach whatever the agent names, past the fence"
      : "runs at the provider";
  const more = refused.reach === "out" ? "all" : "search";
  return `${refused.name} ${about}, and models.serverTools is ${allowed}: take the tool out of the agent, or let it by \`models: { serverTools: ${more} }\` in your own configuration (~/.config/tutti/config.yaml), where the project does not forbid it`;
}
