/**
 * What is read from an agent's messages. Looser than the protocol's own schema on purpose: agents
 * differ, unknown fields and kinds are passed over, and only what is used is asked for.
 */
import { z } from "zod";

export const Initialized = z.object({
  protocolVersion: z.number(),
  agentInfo: z
    .object({ name: z.string(), version: z.string().catch("unknown") })
    .nullish()
    .catch(null),
  agentCapabilities: z
    .object({
      loadSession: z.boolean().nullish().catch(null),
      sessionCapabilities: z.object({ resume: z.unknown().optional() }).nullish().catch(null),
    })
    .nullish()
    .catch(null),
});

export type Initialized = z.infer<typeof Initialized>;

const Mode = z.object({ id: z.string() });
const Choice = z.object({ value: z.string() });
/** Choices may come in groups. */
const Choices = z
  .array(
    z.union([
      Choice.transform((one) => [one]),
      z.object({ options: z.array(Choice) }).transform(({ options }) => options),
    ]),
  )
  .transform((groups) => groups.flat());
const ConfigOption = z.object({
  id: z.string(),
  category: z.string().nullish(),
  currentValue: z.unknown().optional(),
  options: Choices.catch([]),
});
export type ConfigOption = z.infer<typeof ConfigOption>;

/** What a session offers: the older form (modes, models) and the newer one (config options). */
const Offers = {
  modes: z
    .object({ availableModes: z.array(Mode), currentModeId: z.string().nullish() })
    .nullish()
    .catch(null),
  models: z
    .object({ availableModels: z.array(z.object({ modelId: z.string() })) })
    .nullish()
    .catch(null),
  configOptions: z.array(ConfigOption).nullish().catch(null),
};

/** Answer to `session/load`, `session/resume` and `session/set_config_option`. */
export const SessionOffers = z.object(Offers);
export type SessionOffers = z.infer<typeof SessionOffers>;

export const NewSession = z.object({ sessionId: z.string().min(1), ...Offers });

const tokens = z.number().int().nonnegative();

export const PromptEnded = z.object({
  stopReason: z.string(),
  usage: z.object({ inputTokens: tokens, outputTokens: tokens }).nullish().catch(null),
});
export type PromptEnded = z.infer<typeof PromptEnded>;

const Content = z.union([
  z.object({
    type: z.literal("content"),
    content: z.object({
      type: z.string().optional(),
      text: z.string().optional(),
      data: z.string().optional(),
    }),
  }),
  z.object({
    type: z.literal("diff"),
    path: z.string(),
    oldText: z.string().nullish(),
    newText: z.string(),
  }),
  z.object({ type: z.string() }).transform(() => ({ type: "other" as const })),
]);

export const Tool = z.object({
  toolCallId: z.string(),
  title: z.string().nullish(),
  status: z.string().nullish(),
  kind: z.string().nullish().catch(null),
  content: z.array(Content).nullish().catch(null),
  locations: z
    .array(z.object({ path: z.string() }))
    .nullish()
    .catch(null),
  rawInput: z.unknown().optional(),
  rawOutput: z.unknown().optional(),
});
export type Tool = z.infer<typeof Tool>;

const Chunk = {
  content: z.object({
    type: z.string(),
    text: z.string().optional(),
    data: z.string().optional(),
  }),
};

export const Update = z.discriminatedUnion("sessionUpdate", [
  z.object({ sessionUpdate: z.literal("agent_message_chunk"), ...Chunk }),
  z.object({ sessionUpdate: z.literal("agent_thought_chunk"), ...Chunk }),
  z.object({ sessionUpdate: z.literal("tool_call"), ...Tool.shape }),
  z.object({ sessionUpdate: z.literal("tool_call_update"), ...Tool.shape }),
  z.object({
    sessionUpdate: z.literal("plan"),
    entries: z.array(z.object({ content: z.string(), status: z.string().catch("") })),
  }),
  z.object({ sessionUpdate: z.literal("current_mode_update"), currentModeId: z.string() }),
  z.object({
    sessionUpdate: z.literal("usage_update"),
    cost: z
      .object({ amount: z.number().nonnegative(), currency: z.string() })
      .nullish()
      .catch(null),
  }),
]);
export type Update = z.infer<typeof Update>;

/** `update` is undefined for kinds that are not read. */
export const SessionNotification = z.object({
  sessionId: z.string(),
  update: Update.optional().catch(undefined),
});

export const PermissionRequest = z.object({
  sessionId: z.string(),
  toolCall: Tool,
  options: z.array(z.object({ optionId: z.string(), name: z.string(), kind: z.string() })),
});
export type PermissionRequest = z.infer<typeof PermissionRequest>;

/** Of the one mode that is offered, `form`; its properties are read one by one. */
export const Elicitation = z.object({
  mode: z.literal("form"),
  message: z.string(),
  requestedSchema: z.object({
    properties: z.record(z.string(), z.unknown()).nullish(),
    required: z.array(z.string()).nullish(),
  }),
});
export type Elicitation = z.infer<typeof Elicitation>;
