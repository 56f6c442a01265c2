import type { RunDocument } from "@tutti/protocol";
import { type Ask, answer } from "./ask.ts";

/** Hosts that were refused. Nothing waits for the answer: the program was told no and goes on. */
export const refusedHosts = (state: RunDocument): Ask[] =>
  state.egress.denied.map(({ target, step, since }) => {
    const words = `${state.id} egress:${target}`;
    return {
      kind: "egress",
      step,
      about: target,
      since,
      asks: `${step ?? "set-up"} was refused the way to ${target}`,
      why: "the host is not on the egress list; nothing waits for the answer",
      answers: [
        answer("allow", "Allow it for this run", `tutti permit allow ${words}`),
        answer(
          "allow-project",
          "Allow it for this project",
          `tutti permit allow ${words} --project`,
        ),
        answer("deny", "Keep it refused", `tutti permit deny ${words}`),
      ],
    };
  });
