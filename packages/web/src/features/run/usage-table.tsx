/** What models took in a run, by what one likes to know it by: as metered, and what agents say themselves. */
import type { UsageGroup, UsageReport, UsageTotals } from "@tutti/protocol";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { daemon } from "../../api/daemon.ts";
import { FIELD } from "../../ui/field.ts";
import { SectionHeading } from "../../ui/heading.tsx";
import { usdText } from "../../ui/numbers.ts";
import { plainLine } from "../../ui/plain.ts";
import { Queried } from "../../ui/queried.tsx";
import { ScrollArea } from "../../ui/scroll-text.tsx";
import { durationText } from "../../ui/time.tsx";

const GROUPS: readonly UsageGroup[] = ["step", "attempt", "agent", "family", "model", "provider"];

const usageQuery = (run: string, by: UsageGroup) =>
  queryOptions({
    queryKey: ["run", run, "usage", by],
    queryFn: ({ signal }) => daemon.usage({ run, by }, { signal }),
  });

export function UsageTable({ run }: { readonly run: string }) {
  const [by, setBy] = useState<UsageGroup>("step");
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
              setBy(GROUPS.find((group) => group === target.value) ?? "step")
            }
          >
            {GROUPS.map((group) => (
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

const COLUMNS = ["Requests", "Failed", "Tokens in", "Tokens out", "From cache", "Cost", "Time"];

type ReportProps = { readonly report: UsageReport; readonly by: UsageGroup };

function Report({ report, by }: ReportProps) {
  const { rows, total, reported } = report;
  return (
    <>
      {rows.length === 0 && <p className="text-muted">Nothing was metered.</p>}
      {rows.length > 0 && (
        <ScrollArea label="Use of models, as metered">
          <table className="text-right [&_td]:px-2 [&_td]:py-0.5 [&_th]:px-2 [&_th]:font-normal [&_th:first-child]:text-left">
            <thead className="text-muted">
              <tr>
                <th scope="col">{by}</th>
                {COLUMNS.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(({ key, totals }) => (
                <Row key={key} name={key === "" ? "not known" : key} totals={totals} />
              ))}
              <Row name="all" totals={total} />
            </tbody>
          </table>
        </ScrollArea>
      )}
      {reported.map(({ step, agent, inputTokens, outputTokens, costUsd }) => (
        <p key={`${step} ${agent}`} className="text-muted">
          {step}: {plainLine(agent)} says {inputTokens} tokens in, {outputTokens} out
          {costUsd === null ? "" : `, ${usdText(costUsd)}`}; nothing of it was metered.
        </p>
      ))}
    </>
  );
}

function Row({ name, totals }: { readonly name: string; readonly totals: UsageTotals }) {
  const { requests, errors, inputTokens, outputTokens, cachedTokens, costUsd, unpriced, totalMs } =
    totals;
  return (
    <tr className="border-t border-line">
      <th scope="row" dir="auto" className="font-mono">
        {plainLine(name)}
      </th>
      {[requests, errors, inputTokens, outputTokens, cachedTokens].map((number, index) => (
        <td key={COLUMNS[index]}>{number.toLocaleString("en")}</td>
      ))}
      <td title={unpriced > 0 ? `${unpriced} requests have no price` : undefined}>
        {usdText(costUsd)}
        {unpriced > 0 && " + no price"}
      </td>
      <td>{durationText(totalMs)}</td>
    </tr>
  );
}
