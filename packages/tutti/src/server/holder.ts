/** Who asks, as far as it matters for who may see what was answered before: nobody is named at the socket. */
import type { Context } from "hono";
import type { Service } from "./routes/context.ts";

export const holderOf = ({ web }: Pick<Service, "web">, { env }: Context): string =>
  web?.holders.get(env.incoming)?.id ?? "";
