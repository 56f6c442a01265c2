/** What models took in a run, by what one likes to know it by: as metered, and what agents say themselves. */
import type { UsageGroup, UsageReport, UsageTotals } from "@tutti/protocol";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { daemon } from "../../api/daemon.ts";
import { FIELD } from "../../ui/field.ts";
import { SectionHeading } from "../../ui/heading.tsx";
import { costText, sentTokens, usdText } from "../../ui/numbers.ts";
import { plainLine } from "../../ui/plain.ts";
import { Queried } from "../../ui/queried.tsx";
import { ScrollArea } from "../../ui/scroll-text.tsx";
import { durationText } from "../../ui/time.tsx";
import { recordSearch, USAGE_GROUPS } from "./run-search.ts";

const usageQuery = (run: string, by: UsageGroup) =>
  queryOptions({
    queryKey: ["run", run, "usage", by],
    queryFn: ({ signal }) => daemon.usage({ run, by }, { signal }),
  });

export function UsageTable({ run }: { readonly run: string }) {
  const { by = "step" } = useSearch({ from: "/runs/$run/record" });
  const navigate = useNavigate({ from: "/runs/$run/record" });
  const query = useQuery(usageQuery(run, by));
  return (
    <>
      <SectionHeading title="Use of models">
        <label className="flex items-center gap-2">
          <span className="text-muted">by</span>
          <select
            className={FIELD}
            value={by}
            onChange={({ target }) =>
              void navigate({
                search: (before) => recordSearch({ ...before, by: target.value }),
                replace: true,
              })
            }
          >
            {USAGE_GROUPS.map((group) => (
              <option key={group}>{group}</option>
            ))}
          </select>
        </label>
      </SectionHeading>
      <div className="px-4">
        <Queried query={query} what="the use of models">
          {(report) => <Report report={report} by={by} />}
        </Queried>
      </div>
    </>
  );
}

const COLUMNS = ["Cost", "Tokens in", "From cache", "Tokens out", "Requests", "Failed", "Time"];
/** Numbers stay on one line; the names of their rows stay in sight where one scrolls sideways to them. */
const TABLE = [
  "border-separate border-spacing-0 text-end whitespace-nowrap",
  "[&_td]:border-t [&_td]:border-line [&_td]:px-2 [&_td]:py-0.5",
  "[&_th]:px-2 [&_th]:py-0.5 [&_th]:font-normal",
  "[&_tr>:first-child]:sticky [&_tr>:first-child]:start-0 [&_tr>:first-child]:bg-bg [&_tr>:first-child]:text-start",
  "[&_tfoot_:is(td,th)]:border-line-strong [&_tfoot_:is(td,th)]:font-strong",
].join(" ");
const NAME =
  "max-w-36 min-w-28 border-t border-line font-mono whitespace-normal wrap-anywhere sm:max-w-80";

type ReportProps = { readonly report: UsageReport; readonly by: UsageGroup };

function Report({ report, by }: ReportProps) {
  const { rows, total, reported } = report;
  return (
    <div className="flex flex-col gap-3">
      {rows.length === 0 ? (
        <p className="text-muted">Nothing was metered.</p>
      ) : (
        <ScrollArea label="Use of models, as metered">
          <table className={TABLE}>
            <Head names={[by, ...COLUMNS]} />
            <tbody>
              {rows.map(({ key, totals }) => (
                <Row key={key} name={key === "" ? "not known" : key} totals={totals} />
              ))}
            </tbody>
            {rows.length > 1 && (
              <tfoot>
                <Row name="in all" totals={total} />
              </tfoot>
            )}
          </table>
        </ScrollArea>
      )}
      {reported.length > 0 && <Reported lines={reported} />}
    </div>
  );
}

function Head({ names }: { readonly names: readonly string[] }) {
  return (
    <thead className="text-muted">
      <tr>
        {names.map((name) => (
          <th key={name} scope="col" className="first-letter:uppercase">
            {name}
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Row({ name, totals }: { readonly name: string; readonly totals: UsageTotals }) {
  const { requests, errors, outputTokens, cachedTokens, totalMs } = totals;
  return (
    <tr>
      <Name text={name} />
      <td>{costText(totals)}</td>
      {[sentTokens(totals), cachedTokens, outputTokens, requests, errors].map((number, index) => (
        <td key={COLUMNS[index + 1]}>{number.toLocaleString("en")}</td>
      ))}
      <td>{durationText(totalMs)}</td>
    </tr>
  );
}

const Name = ({ text }: { readonly text: string }) => (
  <th scope="row" dir="auto" className={NAME}>
    {plainLine(text)}
  </th>
);

type ReportedProps = { readonly lines: UsageReport["reported"] };

/** Never added to what was metered. */
function Reported({ lines }: ReportedProps) {
  return (
    <>
      <p className="text-muted">As agents say themselves, of turns of which nothing was metered:</p>
      <ScrollArea label="Use of models, as agents say">
        <table className={TABLE}>
          <Head names={["step", "Agent", "Cost", "Tokens in", "Tokens out"]} />
          <tbody>
            {lines.map(({ step, agent, inputTokens, outputTokens, costUsd }) => (
              <tr key={`${step} ${agent}`}>
                <Name text={step} />
                <td>{plainLine(agent)}</td>
                <td>{costUsd === null ? "not said" : usdText(costUsd)}</td>
                <td>{inputTokens.toLocaleString("en")}</td>
                <td>{outputTokens.toLocaleString("en")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollArea>
    </>
  );
}
