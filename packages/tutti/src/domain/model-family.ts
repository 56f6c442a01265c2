/**
 * Which family a model is of, by its id. Ids come in many spellings: `claude-sonnet-4-5`,
 * `anthropic/claude-sonnet-4.5`, `us.anthropic.claude-…-v1:0`, `models/gemini-3-pro`, `Qwen/Qwen3-32B`,
 * `qwen3:8b`. What a name says goes before what its vendor's prefix says: a vendor also serves others.
 * One table for what is declared before a run and for what the gateway meters in it.
 */
import type { Family } from "@tutti/protocol";

/** The first that matches the bare name counts. A distilled model is of whoever made it. */
const NAMES: readonly (readonly [RegExp, Family])[] = [
  [/^claude/u, "anthropic"],
  [/^(?:gpt|chatgpt|codex|computer-use|o[1-9](?:$|[-:.@]))/u, "openai"],
  [/^(?:gemini|gemma|codegemma|learnlm|palm)/u, "google"],
  [/^grok/u, "xai"],
  [/^deepseek/u, "deepseek"],
  [/^(?:qwen|qwq|qvq|codeqwen|tongyi)/u, "qwen"],
  [/^(?:kimi|moonshot)/u, "moonshot"],
  [/^(?:mistral|mixtral|ministral|codestral|devstral|magistral|pixtral)/u, "mistral"],
  [/^(?:llama|codellama|meta-llama)/u, "meta"],
  [/^(?:glm|chatglm|codegeex|zhipu)/u, "zhipu"],
  [/^(?:minimax|abab)/u, "minimax"],
  [/^(?:phi-?\d|phi\d)/u, "microsoft"],
  [/^(?:command|c4ai|aya)/u, "cohere"],
  [/^(?:nova|titan)/u, "amazon"],
  [/^granite/u, "ibm"],
  [/^(?:nemotron|nvidia)/u, "nvidia"],
  [/^(?:jamba|j2-)/u, "ai21"],
  [/^(?:ernie)/u, "baidu"],
  [/^(?:doubao|seed-)/u, "bytedance"],
  [/^(?:hunyuan)/u, "tencent"],
  [/^(?:yi-)/u, "01ai"],
  [/^(?:starcoder|smollm)/u, "huggingface"],
  [/^(?:olmo|tulu)/u, "allenai"],
];

/** What a prefix such as `deepseek.r1` or `mistralai/…` says when the name itself says nothing. */
const VENDORS: Readonly<Record<string, Family>> = {
  ai21: "ai21",
  amazon: "amazon",
  anthropic: "anthropic",
  cohere: "cohere",
  deepseek: "deepseek",
  "deepseek-ai": "deepseek",
  google: "google",
  meta: "meta",
  "meta-llama": "meta",
  minimax: "minimax",
  minimaxai: "minimax",
  mistral: "mistral",
  mistralai: "mistral",
  moonshot: "moonshot",
  moonshotai: "moonshot",
  openai: "openai",
  qwen: "qwen",
  "x-ai": "xai",
  xai: "xai",
  "z-ai": "zhipu",
  "zai-org": "zhipu",
};

/** `us.anthropic.claude-…`: a region, then a vendor. */
const VENDOR_BEFORE_DOT =
  /^(?:(?:us|eu|apac|ap|jp|au|ca|global|us-gov)\.)?(?<vendor>[a-z0-9-]+)\.(?=[a-z])/u;

/** The id in lower case without prefixes, and the vendor that a prefix named. */
export function bareModel(id: string): { readonly name: string; readonly vendor: string | null } {
  const segments = id.trim().toLowerCase().split("/").filter(Boolean);
  const last = segments.at(-1) ?? "";
  const dotted = VENDOR_BEFORE_DOT.exec(last);
  const vendor = dotted?.groups?.["vendor"];
  if (dotted !== null && vendor !== undefined && Object.hasOwn(VENDORS, vendor)) {
    return { name: last.slice(dotted[0].length), vendor };
  }
  return {
    name: last,
    vendor: segments.findLast((segment) => Object.hasOwn(VENDORS, segment)) ?? null,
  };
}

/** What the user says of a provider: whose models it serves, one by one or all that no name tells. */
export type Serving = {
  readonly family?: Family | undefined;
  readonly models?: Readonly<Record<string, { readonly family?: Family | undefined }>> | undefined;
};

/** Null when nobody says: then it is not known who wrote what the model wrote. */
export function familyOf(model: string, provider: Serving): Family | null {
  const { models = {} } = provider;
  const configured = Object.hasOwn(models, model) ? models[model]?.family : undefined;
  if (configured !== undefined) return configured;
  const { name, vendor } = bareModel(model);
  const named = NAMES.find(([pattern]) => pattern.test(name))?.[1];
  return named ?? provider.family ?? (vendor === null ? null : (VENDORS[vendor] ?? null));
}
