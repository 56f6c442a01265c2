/**
 * Where models are asked. Only the user's own configuration may name a provider: a repository must
 * never be able to point a key at an address of its choosing.
 */
import { z } from "zod";
import { Family } from "./ids.ts";

/** `openai` speaks Responses and Chat Completions; `openai-compatible` whichever of them it has. */
export const ProviderDialect = z.enum(["anthropic", "openai", "google", "openai-compatible"]);
export type ProviderDialect = z.infer<typeof ProviderDialect>;

/** Name of an environment variable that holds a key; also its name in the key store. */
export const SecretName = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]{0,99}$/u, "a key's name looks like ANTHROPIC_API_KEY");
export type SecretName = z.infer<typeof SecretName>;

/** US dollars per million tokens. */
export const ModelPrice = z.strictObject({
  input: z.number().nonnegative(),
  output: z.number().nonnegative(),
  /** Input read from a cache. Absent: as `input`. */
  cached: z.number().nonnegative().optional(),
  /** Input written to a cache. Absent: as `input`. */
  cacheWrite: z.number().nonnegative().optional(),
});
export type ModelPrice = z.infer<typeof ModelPrice>;

/** What the built-in tables do not know about a model, or know otherwise. */
export const ModelConfig = z.strictObject({
  family: Family.optional(),
  usd: ModelPrice.optional(),
});
export type ModelConfig = z.infer<typeof ModelConfig>;

/** This machine and private networks: where a model may be asked without TLS. */
const LOCAL_HOST =
  /^(?:localhost|[\w-]+|[\w.-]+\.(?:localhost|local|internal)|127(?:\.\d{1,3}){3}|10(?:\.\d{1,3}){3}|192\.168(?:\.\d{1,3}){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2}|\[::1\]|\[f[cd][0-9a-f]{2}:[0-9a-f:]*\])$/u;
/** What never leaves this machine. A name below `localhost` may: some resolvers ask a server for it. */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/u;
const ADDRESS =
  /^(?<scheme>https?):\/\/(?<host>\[[0-9a-f:]+\]|[\w.-]+)(?::\d{1,5})?(?:\/[^?#@\s]*)?$/u;

/** Base address of a provider, without the dialect's own path. */
export const ProviderUrl = z
  .string()
  .max(500)
  .regex(ADDRESS, "an address such as https://api.example.com or http://127.0.0.1:11434")
  .refine((url) => {
    const { scheme, host } = ADDRESS.exec(url)?.groups ?? {};
    return scheme === "https" || LOCAL_HOST.test(host ?? "");
  }, "http is for models on this machine or a private network; elsewhere use https");

const keepsKeySecret = (url: string): boolean => {
  const { scheme, host } = ADDRESS.exec(url)?.groups ?? {};
  return scheme === "https" || LOOPBACK.test(host ?? "");
};

export const ProviderConfig = z
  .strictObject({
    dialect: ProviderDialect,
    url: ProviderUrl,
    /** Name of its key; the value is never in a file that Tutti reads. */
    key: SecretName.optional(),
    /** It takes no key, for example a local model. */
    keyless: z.literal(true).optional(),
    /** Its key may travel a private network without TLS: whoever listens there has it then. */
    plainTextKey: z.literal(true).optional(),
    /** What a project's `models.regions` is compared with. */
    region: z.string().min(1).max(60).optional(),
    /** It keeps nothing of what it is sent: what a project's `models.zeroRetention` asks for. */
    zeroRetention: z.boolean().optional(),
    /** Requests at once; more wait. */
    concurrency: z.number().int().positive().max(1_000).optional(),
    requestsPerMinute: z.number().int().positive().max(100_000).optional(),
    models: z.record(z.string().min(1).max(200), ModelConfig).optional(),
    /** Family of its models that neither `models` nor the built-in table knows. */
    family: Family.optional(),
  })
  .refine(({ key, keyless }) => (key === undefined) === (keyless === true), {
    message: "name its `key`, or say `keyless: true`",
    path: ["key"],
  })
  .refine(
    ({ url, key, plainTextKey }) =>
      key === undefined || plainTextKey === true || keepsKeySecret(url),
    {
      message:
        "its key would cross the network unencrypted; use https, or say `plainTextKey: true` if that is well",
      path: ["url"],
    },
  );
export type ProviderConfig = z.infer<typeof ProviderConfig>;

export const ProviderName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/u, "a provider's name is lower-case words joined by -");

/** Known without configuration; an entry of the same name in the user's file takes its place. */
export const BUILT_IN_PROVIDERS: Readonly<Record<string, ProviderConfig>> = {
  anthropic: {
    dialect: "anthropic",
    url: "https://api.anthropic.com",
    key: "ANTHROPIC_API_KEY",
  },
  openai: { dialect: "openai", url: "https://api.openai.com", key: "OPENAI_API_KEY" },
  google: {
    dialect: "google",
    url: "https://generativelanguage.googleapis.com",
    key: "GEMINI_API_KEY",
  },
};
