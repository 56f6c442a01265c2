/** What happened, in its order, and who did it: the record that everything else on the page is folded from. */
import { actorName } from "@tutti/client/actor-name";
import type { RunEvent } from "@tutti/protocol";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { Button } from "../../ui/button.tsx";
import { SectionHeading } from "../../ui/heading.tsx";
import { countText, takenText } from "../../ui/numbers.ts";
import { Missing } from "../../ui/notice.tsx";
import { plainText } from "../../ui/plain.ts";
import { Queried } from "../../ui/queried.tsx";
import { type Place, usePlace } from "../../ui/use-place.ts";
import { Decisions } from "./decisions.tsx";
import { useRun } from "./run-context.tsx";
import { eventsQuery } from "./run-queries.ts";
import { recordSearch } from "./run-search.ts";
import { UsageTable } from "./usage-table.tsx";

const DETAIL_MAX_CHARACTERS = 300;

const actorText = ({ actor }: RunEvent): string =>
  actor.kind === "person" ? actorName(actor) : "Tutti";

/** What an event says beside its name, in one line of plain words. */
function detailOf({ body }: RunEvent): string {
  const { type: _type, ...facts } = body;
  return Object.entries(facts)
    .filter(([, value]) => typeof value === "string" || typeof value === "number")
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join(" · ")
    .slice(0, DETAIL_MAX_CHARACTERS);
}

/** With the day where it is another than that of the event before. */
const whenText = (at: number, before: number | undefined): string => {
  const date = new Date(at);
  const isSameDay = before !== undefined && date.toDateString() === new Date(before).toDateString();
  return isSameDay ? date.toLocaleTimeString() : date.toLocaleString();
};

export function RecordTab() {
  const view = useRun();
  const { run, version, usage } = view;
  return (
    <div>
      <SectionHeading title="Run" />
      <p className="px-4 pb-2">
        <span className="font-mono select-all">{run}</span>
        <span className="text-muted">
          {" "}
          · version {version} · {takenText(usage.metered)} ·{" "}
          {countText(usage.metered.requests, "request")}, {usage.metered.errors} failed
        </span>
      </p>
      <UsageTable run={run} />
      <Decisions view={view} />
      <SectionHeading title="Events" />
      <Events run={run} />
    </div>
  );
}

function Events({ run }: { readonly run: string }) {
  const query = useInfiniteQuery(eventsQuery(run));
  const { event: asked } = useSearch({ from: "/runs/$run/record" });
  const placeOf = usePlace(asked === undefined ? undefined : String(asked));
  const { hasNextPage, isFetching, isFetchingNextPage, fetchNextPage } = query;
  const last = query.data?.pages.at(-1)?.at(-1)?.version;
  const isBeyond = asked !== undefined && last !== undefined && asked > last;
  useEffect(() => {
    // What the address names may be far behind what is read at first.
    if (isBeyond && hasNextPage && !isFetching) void fetchNextPage();
  }, [isBeyond, hasNextPage, isFetching, fetchNextPage]);
  return (
    <>
      {isBeyond && !hasNextPage && (
        <Missing>
          Event {asked}, which the link names, is not in this record. Its last event is {last}.
        </Missing>
      )}
      <Queried query={query} what="the record">
        {({ pages }) => (
          <ol className="pb-4">
            {pages.flat().map((event, index, all) => (
              <Event
                key={event.version}
                run={run}
                event={event}
                before={all[index - 1]}
                place={placeOf(String(event.version))}
              />
            ))}
          </ol>
        )}
      </Queried>
      {hasNextPage && (
        <div className="px-4 pb-4">
          <Button disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
    </>
  );
}

type EventProps = {
  readonly run: string;
  readonly event: RunEvent;
  readonly before: RunEvent | undefined;
  readonly place: Place | null;
};

function Event({ run, event, before, place }: EventProps) {
  const { version, at, body } = event;
  return (
    <li
      {...place}
      className="flex items-baseline gap-3 border-b border-line px-4 py-0.5 -outline-offset-2 aria-[current]:bg-selected"
    >
      <Link
        to="/runs/$run/record"
        params={{ run }}
        search={(search) => recordSearch({ ...search, event: version })}
        replace
        resetScroll={false}
        aria-label={`Event ${version}`}
        className="w-10 text-right text-muted hover:underline"
      >
        {version}
      </Link>
      <time
        dateTime={new Date(at).toISOString()}
        title={new Date(at).toLocaleString()}
        className="whitespace-nowrap text-muted"
      >
        {whenText(at, before?.at)}
      </time>
      <span className="whitespace-nowrap">{plainText(actorText(event))}</span>
      <span className="font-mono text-xs whitespace-nowrap">{body.type}</span>
      <span dir="auto" className="min-w-0 flex-1 truncate text-muted">
        {plainText(detailOf(event))}
      </span>
    </li>
  );
}
