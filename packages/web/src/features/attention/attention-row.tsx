import type { AttentionItem } from "@tutti/protocol";
import { Link } from "@tanstack/react-router";
import { StateMark } from "../../ui/state-mark.tsx";
import { Lasting } from "../../ui/time.tsx";

export function AttentionRow({ item }: { readonly item: AttentionItem }) {
  return (
    <li className="flex flex-wrap items-center gap-x-4 border-b border-line px-4 py-2">
      <StateMark tone="waiting" word={item.kind} />
      <Link to="/runs/$run" params={{ run: item.run }} className="font-strong hover:underline">
        {item.asks}
      </Link>
      <span className="text-muted">{item.why}</span>
      <span className="ml-auto text-muted">
        <Lasting since={item.since} />
      </span>
    </li>
  );
}
