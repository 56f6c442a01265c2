/**
 * Models that are asked directly, without a program: for planning and reviewing, where everything that
 * is needed is in the prompt. Such an agent has no hands; a step that writes the workspace is refused
 * before a run starts.
 */
import { BUILT_IN_PROVIDERS, type ProviderConfig } from "@tutti/protocol";
import type { AgentFailure, Agents } from "../../engine/ports/agents.ts";
import type { Clock } from "../../engine/ports/clock.ts";
import type { Gateway } from "../../engine/ports/gateway.ts";
import { openingFailure, stoppedFailure } from "./failures.ts";
import { openModel } from "./model.ts";
import { createApiSession } from "./session.ts";

export type ApiParts = {
  readonly gateway: Gateway;
  /** Those of the user's file; they come before the built-in ones. */
  readonly providers: () => Promise<Readonly<Record<string, ProviderConfig>>>;
  readonly clock: Clock;
};

const VERSION = "api";

const unusable = (message: string): { kind: "failed"; failure: AgentFailure } => ({
  kind: "failed",
  failure: { code: "provider.unknown", message, retry: "never" },
});

export const apiAgents = ({ gateway, providers, clock }: ApiParts): Agents => ({
  open: async (spec, { signal }) => {
    const { api: provider, model } = spec.agent;
    if (provider === undefined || model === undefined)
      return unusable(`The agent ${spec.name} asks a model directly and names no model.`);
    const config = { ...BUILT_IN_PROVIDERS, ...(await providers()) }[provider];
    if (config === undefined) return unusable(`There is no provider ${provider}.`);
    if (spec.models === undefined) return unusable(`Nothing is asked without a run.`);
    if (signal.aborted) return { kind: "failed", failure: stoppedFailure };
    try {
      const lease = await gateway.open({ ...spec.models, provider });
      const { fetch } = lease;
      const opened = await openModel({ dialect: config.dialect, provider, model, fetch });
      const session = createApiSession({ spec, model: opened, lease, clock });
      return { kind: "opened", session, agent: { name: `${provider} ${model}`, version: VERSION } };
    } catch (error) {
      return { kind: "failed", failure: openingFailure(error) };
    }
  },
});
