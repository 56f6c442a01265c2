import type { RunDocument } from "@tutti/protocol";
import type { Happened } from "./happened.ts";

/** Null: not an event of this family. */
export const foldEgress = (state: RunDocument, { body, at }: Happened): RunDocument | null => {
  const { denied, allowed, refused } = state.egress;
  switch (body.type) {
    case "egress.denied": {
      const { target, step } = body;
      return {
        ...state,
        egress: { denied: [...denied, { target, step, since: at }], allowed, refused },
      };
    }
    case "egress.allowed": {
      const { target, scope, by } = body;
      const others = allowed.filter((one) => one.target !== target);
      return {
        ...state,
        egress: {
          denied: denied.filter((one) => one.target !== target),
          allowed: [...others, { target, scope, by }],
          refused: refused.filter((one) => one !== target),
        },
      };
    }
    case "egress.refused":
      return {
        ...state,
        egress: {
          denied: denied.filter((one) => one.target !== body.target),
          allowed: allowed.filter((one) => one.target !== body.target),
          refused: [...refused.filter((one) => one !== body.target), body.target],
        },
      };
    default:
      return null;
  }
};
