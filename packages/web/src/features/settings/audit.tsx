/** Who did what, in all tasks and outside them, newest first. */
import { actorName } from "@tutti/client/actor-name";
import type { AuditLine } from "@tutti/protocol";
import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { daemon } from "../../api/daemon.ts";
import { Button } from "../../ui/button.tsx";
import { FIELD } from "../../ui/field.ts";
import { SectionHeading } from "../../ui/heading.tsx";
import { Failed, Loading } from "../../ui/notice.tsx";
import { plainLine } from "../../ui/plain.ts";
import { settingsSearch, type Whose } from "./settings-search.ts";

const PAGE = 30;

const auditQuery = (actor: Whose) =>
  infiniteQueryOptions({
    queryKey: ["audit", actor],
    queryFn: ({ pageParam, signal }) =>
      daemon.audit(
        { actor: actor === "everybody" ? undefined : actor, cursor: pageParam, limit: PAGE },
        { signal },
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    staleTime: 0,
  });

export function Audit() {
  const search = useSearch({ from: "/settings" });
  const navigate = useNavigate({ from: "/settings" });
  const { audit: actor = "person" } = search;
  const query = useInfiniteQuery(auditQuery(actor));
  const items = query.data?.pages.flatMap((page) => page.items);
  return (
    <section aria-labelledby="audit">
      <SectionHeading title="Audit" id="audit">
        <select
          aria-label="Whose doings"
          value={actor}
          onChange={({ target: { value } }) =>
            void navigate({
              search: settingsSearch({ ...search, audit: value }),
              replace: true,
              resetScroll: false,
            })
          }
          className={FIELD}
        >
          <option value="person">People</option>
          <option value="agent">Agents</option>
          <option value="everybody">Everybody, Tutti included</option>
        </select>
      </SectionHeading>
      {query.isPending && <Loading what="the audit" />}
      {query.isError && <Failed error={query.error} onRetry={() => void query.refetch()} />}
      {items?.length === 0 && (
        <p className="px-4 text-muted">
          {query.hasNextPage ? "Nothing of the newest." : "Nothing was done yet."}
        </p>
      )}
      <ul>
        {items?.map((line) => (
          <AuditRow key={line.id} line={line} />
        ))}
      </ul>
      {query.hasNextPage && (
        <div className="px-4 py-2">
          <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show older
          </Button>
        </div>
      )}
    </section>
  );
}

function AuditRow({ line }: { readonly line: AuditLine }) {
  const at = new Date(line.at);
  return (
    <li className="flex flex-wrap items-baseline gap-x-4 border-b border-line px-4 py-1">
      <time dateTime={at.toISOString()} className="text-muted">
        {at.toLocaleString()}
      </time>
      <span dir="auto" className="font-strong">
        {plainLine(actorName(line.actor))}
      </span>
      <span className="font-mono text-xs">{line.did}</span>
      {line.about !== null && (
        <span dir="auto" className="min-w-0 truncate text-muted" title={plainLine(line.about)}>
          {plainLine(line.about)}
        </span>
      )}
      {line.run !== null && (
        <Link
          to="/runs/$run"
          params={{ run: line.run }}
          className="ml-auto font-mono text-xs text-accent underline"
        >
          {line.run}
        </Link>
      )}
    </li>
  );
}
