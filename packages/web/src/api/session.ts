/** Signing in: the one-time code of a link, in the fragment, becomes a cookie that scripts cannot read. */
import { requestJson, requestText } from "./http.ts";
import { ApiProblem } from "./problem.ts";

type Session = { readonly user: string; readonly version: string };

export type SignIn =
  | { readonly kind: "signed-in"; readonly session: Session }
  | { readonly kind: "signed-out"; readonly why: string }
  | { readonly kind: "failed"; readonly problem: ApiProblem };

/** Takes the code out of the address first, so that it is in no history, whatever becomes of it. */
export function takeCode(): string | null {
  const match = /^#code=([\w-]{1,200})$/u.exec(location.hash);
  if (match === null) return null;
  history.replaceState(null, "", location.pathname + location.search);
  return match[1] ?? null;
}

export async function signIn(code: string | null): Promise<SignIn> {
  try {
    if (code !== null) await requestText({ method: "POST", path: "/session", json: { code } });
    return { kind: "signed-in", session: await requestJson<Session>({ path: "/session" }) };
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    if (error.status !== 401) return { kind: "failed", problem: error };
    // A used link in a browser that is signed in already is no reason to turn a person away.
    if (code !== null) return signIn(null);
    return { kind: "signed-out", why: error.message };
  }
}

export const signOut = (): Promise<string> => requestText({ method: "DELETE", path: "/session" });
