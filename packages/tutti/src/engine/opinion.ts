/** A second opinion is paid for: what a model said is kept in the name of who asked, or at least told with why it is not. */
import { type Opinion, TuttiError } from "@tutti/protocol";
import type { Advisers } from "./advice.ts";
import type { Engine } from "./api.ts";
import type { Runs } from "./runs.ts";

export const opinionIn =
  (
    { document, handle }: Pick<Runs, "document" | "handle">,
    advisers: Pick<Advisers, "opinion">,
  ): Engine["opinion"] =>
  async ({ run, finding, agent, actor }, options) => {
    const state = document(run);
    if (state === null) throw new TuttiError("run.unknown", `There is no run ${run}.`);
    const opinion = await advisers.opinion(state, { finding, agent }, options);
    const { agent: name, family, says, reason } = opinion;
    const text = `Second opinion of ${name} (${family}): ${says}. ${reason}`;
    try {
      const kept = await handle(run, { kind: "comment.add", on: finding, text }, actor);
      const isKept = kept.kind === "accepted";
      return { ...opinion, unkept: isKept ? null : whyOf(new TuttiError(kept.code, kept.message)) };
    } catch (error) {
      if (!(error instanceof TuttiError)) throw error;
      return { ...opinion, unkept: whyOf(error) };
    }
  };

const whyOf = ({ code, message, mend }: TuttiError): NonNullable<Opinion["unkept"]> => ({
  code,
  message,
  mend,
});
