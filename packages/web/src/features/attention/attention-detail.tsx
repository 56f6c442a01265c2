/** An open item: what is needed to decide, and how it is answered. */
import type { AttentionItem } from "@tutti/protocol";
import { Link } from "@tanstack/react-router";

export function AttentionDetail({ item }: { readonly item: AttentionItem }) {
  return (
    <div className="flex max-w-[72ch] flex-col gap-3">
      <p className="text-muted">{item.why}</p>
      {item.details.length > 0 && (
        <ul className="font-mono text-xs">
          {item.details.map((detail) => (
            <li key={detail} className="wrap-anywhere whitespace-pre-wrap">
              {detail}
            </li>
          ))}
        </ul>
      )}
      <p>
        <Link to="/runs/$run" params={{ run: item.run }} className="text-accent underline">
          Open the task
        </Link>
      </p>
    </div>
  );
}
