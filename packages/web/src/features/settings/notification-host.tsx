/** Tells of what newly needs a person, as this browser was asked to, once for all its pages. Shows nothing itself. */
import type { AttentionItem } from "@tutti/protocol";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useEffectEvent, useRef } from "react";
import { attentionQuery } from "../../api/queries.ts";
import { plainLine } from "../../ui/plain.ts";
import { claimed, keyOf, newItems, playSound, wantsNotices, wantsSound } from "./notify.ts";

export function NotificationHost() {
  const { data } = useQuery(attentionQuery());
  const navigate = useNavigate();
  const known = useRef<ReadonlySet<string> | null>(null);
  const open = useEffectEvent((item: string) => void navigate({ to: "/", search: { item } }));
  useEffect(() => {
    if (data === undefined) return;
    const fresh = newItems(known.current, data);
    known.current = new Set(data.map((item) => keyOf(item)));
    void claimed(fresh).then((mine) => tell(mine, open));
  }, [data]);
  return null;
}

function tell(items: readonly AttentionItem[], open: (item: string) => void): void {
  const [first] = items;
  if (first === undefined) return;
  if (wantsSound.get()) playSound();
  if (!wantsNotices.get() || Notification.permission !== "granted") return;
  const more = items.length === 1 ? "" : ` and ${items.length - 1} more`;
  const notice = new Notification("Tutti needs you", {
    body: `${plainLine(first.asks)}${more}`,
    tag: "tutti.attention",
  });
  notice.addEventListener("click", () => {
    focus();
    open(`${first.run}/${first.id}`);
    notice.close();
  });
}
