/** The cookie of a browser's session. Cookies know no ports, so its name does. */
const SECRET = /^[\w-]{1,200}$/u;

const nameFor = (port: number): string => `tutti-session-${port}`;

export function cookieOf(header: string | undefined, port: number): string | null {
  const prefix = `${nameFor(port)}=`;
  const found = (header ?? "")
    .split(";")
    .map((part) => part.trim())
    .filter((part) => part.startsWith(prefix));
  // Two of one name come from somebody who wants one of them to win.
  const [only] = found;
  if (found.length !== 1 || only === undefined) return null;
  const secret = only.slice(prefix.length);
  return SECRET.test(secret) ? secret : null;
}

const ATTRIBUTES = "Path=/; HttpOnly; SameSite=Strict";

export const cookieFor = (secret: string, port: number): string =>
  `${nameFor(port)}=${secret}; ${ATTRIBUTES}; Max-Age=604800`;

export const noCookie = (port: number): string => `${nameFor(port)}=; ${ATTRIBUTES}; Max-Age=0`;
