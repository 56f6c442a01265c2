/** What a project's `models:` allows. Empty lists allow everything. */
import type { ModelPolicy, ProviderConfig } from "@tutti/protocol";
import { matchesText } from "../domain/glob.ts";
import { bareModel, familyOf } from "../domain/model-family.ts";
import { priceOf } from "./prices.ts";

/** Why this provider may not be asked at all; null when it may. */
export function refuseProvider(
  name: string,
  provider: Pick<ProviderConfig, "zeroRetention" | "region">,
  policy: ModelPolicy,
): string | null {
  if (policy.zeroRetention && provider.zeroRetention !== true) {
    return `the project asks for providers that keep nothing (models.zeroRetention), and ${name} is not marked so`;
  }
  const { region = "unknown" } = provider;
  if (policy.regions.length > 0 && !policy.regions.includes(region)) {
    return `the project allows providers in ${policy.regions.join(", ")}, and the region of ${name} is ${region}`;
  }
  return null;
}

/** Why one of the models may not be asked; null when all may. A request that names none is one of none. */
export function refuseModels(
  models: readonly string[],
  provider: Pick<ProviderConfig, "models" | "family">,
  policy: ModelPolicy,
): string | null {
  const asked = models.length === 0 ? [null] : models;
  return (
    asked.map((model) => refuseModel(model, provider, policy)).find((one) => one !== null) ?? null
  );
}

/**
 * Why a budget in money cannot hold: who has a key gets bills for it, and the model has no price. What
 * needs no key costs nothing and is counted in tokens and minutes.
 */
export function refuseUnpriced(
  models: readonly string[],
  provider: Pick<ProviderConfig, "models" | "key" | "keyless"> & { readonly name: string },
): string | null {
  const { name, key, keyless } = provider;
  if (key === undefined || keyless === true) return null;
  const asked = models.length === 0 ? [null] : models;
  const unpriced = asked.find((model) => priceOf(model, provider) === null);
  if (unpriced === undefined) return null;
  return unpriced === null
    ? "the budget is in dollars, and the request names no model"
    : `the budget is in dollars, and ${unpriced} has no price: name its price in providers.${name}.models of your own configuration, ask another model, or bound tokens or minutes instead of dollars`;
}

function refuseModel(
  model: string | null,
  provider: Pick<ProviderConfig, "models" | "family">,
  policy: ModelPolicy,
): string | null {
  if (policy.families.length === 0 && policy.models.length === 0) return null;
  if (model === null) return "the request names no model, and the project allows only some";
  const family = familyOf(model, provider);
  if (policy.families.length > 0 && (family === null || !policy.families.includes(family))) {
    return `${model} is of ${family === null ? "an unknown family" : `family ${family}`}; the project allows ${policy.families.join(", ")}`;
  }
  const names = [model.toLowerCase(), bareModel(model).name];
  const isNamed = policy.models.some((glob) =>
    names.some((name) => matchesText(glob.toLowerCase(), name)),
  );
  if (policy.models.length > 0 && !isNamed) {
    return `${model} is not among the project's models: ${policy.models.join(", ")}`;
  }
  return null;
}
