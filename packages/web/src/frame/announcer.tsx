/** Says what newly needs a person, and whatever a screen announces, without taking the focus. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { attentionQuery } from "../api/queries.ts";
import { keyOf, newItems } from "../features/settings/notify.ts";
import { announce, useAnnounced } from "../ui/announce.ts";
import { plainLine } from "../ui/plain.ts";

export function Announcer() {
  const { data } = useQuery(attentionQuery());
  const known = useRef<ReadonlySet<string> | null>(null);
  useEffect(() => {
    if (data === undefined) return;
    const [first, ...others] = newItems(known.current, data);
    known.current = new Set(data.map((item) => keyOf(item)));
    if (first === undefined) return;
    const more = others.length === 0 ? "" : `, and ${others.length} more`;
    announce(`Needs you: ${plainLine(first.asks)}${more}`);
  }, [data]);
  return <output className="sr-only">{useAnnounced()}</output>;
}
