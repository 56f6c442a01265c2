/** Signing in: the one-time code of a link, in the fragment, becomes a cookie that scripts cannot read. */
import { ApiError } from "@tutti/client/api-error";
import type { SessionFacts } from "@tutti/protocol";
import { AWAY_MEND, daemon } from "./daemon.ts";
import { asProblem } from "./problem.ts";

export type SignIn =
  | { readonly kind: "signed-in"; readonly session: SessionFacts }
  | { readonly kind: "signed-out"; readonly why: string }
  | { readonly kind: "failed"; readonly problem: ApiError };

/** Takes the code out of the address first, so that it is in no history, whatever becomes of it. */
export function takeCode(): string | null {
  const match = /^#code=([\w-]{1,200})$/u.exec(location.hash);
  if (match === null) return null;
  history.replaceState(null, "", location.pathname + location.search);
  return match[1] ?? null;
}

/** A daemon that says nothing for so long is one that does not answer. */
const ANSWER_MS = 10_000;

const UNANSWERED = {
  status: 0,
  code: "daemon.unreachable",
  detail: "The daemon does not answer.",
  mend: AWAY_MEND,
};

/** Throws nothing: what went wrong is the answer. */
export async function signIn(code: string | null): Promise<SignIn> {
  const signal = AbortSignal.timeout(ANSWER_MS);
  try {
    if (code !== null) await daemon.signIn(code, { signal });
    return { kind: "signed-in", session: await daemon.session({ signal }) };
  } catch (error) {
    const problem = signal.aborted ? new ApiError(UNANSWERED, { cause: error }) : asProblem(error);
    if (problem.status !== 401) return { kind: "failed", problem };
    // A used link in a browser that is signed in already is no reason to turn a person away.
    if (code !== null) return signIn(null);
    return { kind: "signed-out", why: problem.message };
  }
}

export const signOut = (): Promise<void> => daemon.signOut();
