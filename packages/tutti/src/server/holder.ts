/** Who asks: as far as it matters for who may see what was answered before, and as the record names them. */
import { type Actor, ON_BEHALF_HEADER, TuttiError } from "@tutti/protocol";
import type { Context } from "hono";
import type { Service } from "./routes/context.ts";

const MAX_ON_BEHALF_CHARACTERS = 200;

/** Nobody is named at the socket. */
export const holderOf = ({ web }: Pick<Service, "web">, { env }: Context): string =>
  web?.holders.get(env.incoming)?.id ?? "";

/** The one person of this daemon, with the token that asks for them and the program that says it does. */
export function actorOf(context: Context, { user, web }: Pick<Service, "user" | "web">): Actor {
  const holder = web?.holders.get(context.env.incoming);
  const token = holder?.via === "token" ? { id: holder.id, name: holder.name ?? "" } : null;
  const person = { kind: "person", id: user, ...(token === null ? {} : { token }) } as const;
  const onBehalf = context.req.header(ON_BEHALF_HEADER);
  if (onBehalf === undefined) return person;
  if (onBehalf.length > MAX_ON_BEHALF_CHARACTERS || !/^[\x20-\x7e]+$/u.test(onBehalf)) {
    throw new TuttiError("usage", `The header ${ON_BEHALF_HEADER} is plain text of one line.`);
  }
  return { ...person, onBehalf };
}
