/** Where the web listener may be, as the daemon's environment asks for it. */
import { TuttiError } from "@tutti/protocol";

type Environment = Readonly<Record<string, string | undefined>>;

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "localhost"]);
const PORT_MAX = 65_535;

/**
 * The port of `TUTTI_PORT`, null where none is asked for. Throws `web.public` for an address that others
 * reach: there are no users and no TLS, so whoever reached it would be this user.
 */
export function webPort(environment: Environment): number | null {
  const host = environment["TUTTI_HOST"] ?? "";
  if (host !== "" && !LOOPBACK.has(host))
    throw new TuttiError("web.public", `TUTTI_HOST is ${JSON.stringify(host)}.`);
  const text = environment["TUTTI_PORT"] ?? "";
  if (text === "") return null;
  const port = /^\d{1,5}$/u.test(text) ? Number(text) : 0;
  if (port > 0 && port <= PORT_MAX) return port;
  throw new TuttiError("usage", `A port is a number from 1 to ${PORT_MAX}, not ${text}.`);
}
