import { TuttiError } from "@tutti/protocol";
import type { Deps } from "./ports/deps.ts";

/** The fence proves itself once per boot, before the first task. */
export const createFenceGate = (deps: Pick<Deps, "sandbox">) => {
  let tested: Promise<void> | null = null;
  const test = async (): Promise<void> => {
    const failed = (await deps.sandbox.selfTest()).filter((attack) => !attack.ok);
    if (failed.length > 0)
      throw new TuttiError(
        "sandbox.leaks",
        `The fence failed its self-test: ${failed.map((attack) => `${attack.name} (${attack.detail})`).join("; ")}`,
      );
  };
  return async (): Promise<void> => {
    tested ??= test();
    try {
      await tested;
    } catch (error) {
      tested = null;
      throw error;
    }
  };
};
