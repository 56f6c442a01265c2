/** What happened, in its order, and who did it: the record that everything else on the page is folded from. */
import { actorName } from "@tutti/client/actor-name";
import type { RunEvent } from "@tutti/protocol";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button } from "../../ui/button.tsx";
import { SectionHeading } from "../../ui/heading.tsx";
import { countText, takenText } from "../../ui/numbers.ts";
import { plainText } from "../../ui/plain.ts";
import { Queried } from "../../ui/queried.tsx";
import { Decisions } from "./decisions.tsx";
import { useRun } from "./run-context.tsx";
import { eventsQuery } from "./run-queries.ts";
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
  const query = useInfiniteQuery(eventsQuery(run));
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
      <Queried query={query} what="the record">
        {({ pages }) => (
          <ol className="pb-4">
            {pages.flat().map((event, index, all) => (
              <li
                key={event.version}
                className="flex items-baseline gap-3 border-b border-line px-4 py-0.5"
              >
                <span className="w-10 text-right text-muted">{event.version}</span>
                <time
                  dateTime={new Date(event.at).toISOString()}
                  title={new Date(event.at).toLocaleString()}
                  className="whitespace-nowrap text-muted"
                >
                  {whenText(event.at, all[index - 1]?.at)}
                </time>
                <span className="whitespace-nowrap">{plainText(actorText(event))}</span>
                <span className="font-mono text-xs whitespace-nowrap">{event.body.type}</span>
                <span dir="auto" className="min-w-0 flex-1 truncate text-muted">
                  {plainText(detailOf(event))}
                </span>
              </li>
            ))}
          </ol>
        )}
      </Queried>
      {query.hasNextPage && (
        <div className="px-4 pb-4">
          <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
    </div>
  );
}
