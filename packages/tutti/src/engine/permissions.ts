import type { RunEvent } from "@tutti/protocol";
import { type AskedOptions, createAsked } from "./asked.ts";
import type { AskPermission } from "./perform/context.ts";

export const createPermissions = (options: AskedOptions) => {
  const asked = createAsked<string>(options);

  const ask: AskPermission = ({ effect, title, detail, options: offered, facts }, call) =>
    asked.ask(
      effect.run,
      (permission) => ({
        kind: "permission.ask",
        permission,
        effect: effect.id,
        title,
        detail,
        options: [...offered],
        facts,
      }),
      call,
    );

  /** Called with every stored event. */
  const observe = (events: readonly RunEvent[]): void => {
    for (const { body } of events) {
      if (body.type === "permission.answered") asked.close(body.permission, body.option);
      if (body.type === "permission.voided") asked.close(body.permission, null);
    }
  };

  return { ask, observe };
};
