/** What a project's `models:` allows. Empty lists allow everything. */
import type { ModelPolicy, ProviderConfig } from "@tutti/protocol";
import { bareModel, familyOf } from "../domain/model-family.ts";

/** Globs over model ids: `*` any text, `?` one character, the rest as it is written. */
function matchesModel(glob: string, model: string): boolean {
  const source = glob
    .toLowerCase()
    .split(/([*?])/u)
    .map((part) => {
      if (part === "*") return ".*";
      if (part === "?") return ".";
      return part.replaceAll(/[.+^${}()|[\]\\]/gu, "\\$&");
    })
    .join("");
  return new RegExp(`^${source}$`, "u").test(model);
}

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

/** Why this model may not be asked; null when it may. */
export function refuseModel(
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
  const isNamed = policy.models.some((glob) => names.some((name) => matchesModel(glob, name)));
  if (policy.models.length > 0 && !isNamed) {
    return `${model} is not among the project's models: ${policy.models.join(", ")}`;
  }
  return null;
}
