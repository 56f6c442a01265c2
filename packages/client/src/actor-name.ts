/** Who did something, in words that are the same in browsers and on the command line; as it came, not yet made safe to show. */
import type { Actor } from "@tutti/protocol";

export function actorName(actor: Actor): string {
  if (actor.kind === "agent") return actor.agent;
  if (actor.kind === "system") return `Tutti (${actor.part})`;
  const { id, onBehalf, token } = actor;
  const programs = [
    ...(onBehalf === undefined ? [] : [onBehalf]),
    ...(token === undefined ? [] : [`token ${token.name} (${token.id})`]),
  ];
  return programs.length === 0 ? id : `${id}, by ${programs.join(", ")}`;
}
