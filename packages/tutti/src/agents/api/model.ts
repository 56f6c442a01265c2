/**
 * A model of a provider, in the provider's own dialect. The packages are loaded when the first one is
 * asked: a daemon without such agents never pays for them.
 */
import type { ProviderDialect } from "@tutti/protocol";
import type { LanguageModel } from "ai";

/** The lease knows the real address; of this one it reads the path alone. */
const ADDRESS = "http://gateway.invalid";
/** Real keys are put in behind the gateway; the packages insist on one. */
const NO_KEY = "none";

export type ModelSource = {
  readonly dialect: ProviderDialect;
  readonly provider: string;
  readonly model: string;
  readonly fetch: typeof globalThis.fetch;
};

export const openModel = async (source: ModelSource): Promise<LanguageModel> => {
  const { dialect, provider, model, fetch } = source;
  const settings = { apiKey: NO_KEY, fetch };
  switch (dialect) {
    case "anthropic": {
      const { createAnthropic } = await import("@ai-sdk/anthropic");
      return createAnthropic({ ...settings, baseURL: `${ADDRESS}/v1` })(model);
    }
    case "openai": {
      const { createOpenAI } = await import("@ai-sdk/openai");
      return createOpenAI({ ...settings, baseURL: `${ADDRESS}/v1` }).responses(model);
    }
    case "google": {
      const { createGoogle } = await import("@ai-sdk/google");
      return createGoogle({ ...settings, baseURL: `${ADDRESS}/v1beta` })(model);
    }
    case "openai-compatible": {
      const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
      const own = { name: provider, includeUsage: true, supportsStructuredOutputs: true };
      return createOpenAICompatible({ ...settings, ...own, baseURL: `${ADDRESS}/v1` })(model);
    }
    default:
      return dialect satisfies never;
  }
};
