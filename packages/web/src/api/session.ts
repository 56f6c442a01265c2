/** Signing in: the one-time code of a link, in the fragment, becomes a cookie that scripts cannot read. */
import { ApiError } from "@tutti/client/api-error";
import type { SessionFacts } from "@tutti/protocol";
import { daemon } from "./daemon.ts";

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

export async function signIn(code: string | null): Promise<SignIn> {
  try {
    if (code !== null) await daemon.signIn(code);
    return { kind: "signed-in", session: await daemon.session() };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status !== 401) return { kind: "failed", problem: error };
    // A used link in a browser that is signed in already is no reason to turn a person away.
    if (code !== null) return signIn(null);
    return { kind: "signed-out", why: error.message };
  }
}

export const signOut = (): Promise<void> => daemon.signOut();
