/** Requirement × plan item × check × state. */
import type { RunView } from "@tutti/protocol";
import { plainText } from "../../ui/plain.ts";
import { ScrollArea } from "../../ui/scroll-text.tsx";
import { StateMark, type Tone } from "../../ui/state-mark.tsx";

type Contract = NonNullable<RunView["contract"]>;
type Requirement = Contract["requirements"][number];

const LOOKS: Readonly<
  Record<Requirement["state"], { readonly tone: Tone; readonly word: string }>
> = {
  proven: { tone: "ok", word: "proven" },
  tested: { tone: "ok", word: "tested" },
  failing: { tone: "refused", word: "failing" },
  unverified: { tone: "warning", word: "not verified" },
};

const checkText = ({ check }: Requirement): string =>
  Object.entries(check)
    .map(([kind, what]) => `${kind}: ${what}`)
    .join(", ");

type MatrixProps = { readonly view: RunView; readonly contract: Contract };

export function ContractMatrix({ view, contract }: MatrixProps) {
  const items = view.plan?.items ?? [];
  const { requirements, non_goals: nonGoals } = contract;
  const unverified = requirements.filter(({ state }) => state === "unverified");
  const itemsOf = (requirement: Requirement): string =>
    items
      .filter(({ covers }) => covers.includes(requirement.id))
      .map(({ id }) => id)
      .join(", ");
  return (
    <div className="flex flex-col gap-3 px-4 pb-4">
      <ScrollArea label="Requirements">
        <table className="w-full border-collapse text-left align-top">
          <thead className="text-muted">
            <tr className="border-b border-line">
              {["Requirement", "Plan", "Decided by", "State"].map((name) => (
                <th key={name} scope="col" className="py-1 pr-3 font-normal">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {requirements.map((requirement) => (
              <Line key={requirement.id} requirement={requirement} items={itemsOf(requirement)} />
            ))}
          </tbody>
        </table>
      </ScrollArea>
      {unverified.length > 0 && (
        <p>
          <StateMark tone="warning" word="Not verified" />{" "}
          <span className="font-mono">{unverified.map(({ id }) => id).join(", ")}</span>
        </p>
      )}
      {nonGoals.length > 0 && (
        <div>
          <h3 className="text-muted">Left out on purpose</h3>
          <ul className="list-disc pl-5">
            {nonGoals.map((goal) => (
              <li key={goal} dir="auto">
                {plainText(goal)}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

type LineProps = { readonly requirement: Requirement; readonly items: string };

function Line({ requirement, items }: LineProps) {
  const { id, must, text, state, by } = requirement;
  return (
    <tr className="border-b border-line align-top">
      <th scope="row" className="max-w-[48ch] py-1.5 pr-3 font-normal">
        <span className="font-mono">{id}</span>{" "}
        <span className="text-xs text-muted">{must ? "MUST" : "SHOULD"}</span>
        <span dir="auto" className="block">
          {plainText(text)}
        </span>
      </th>
      <td className="py-1.5 pr-3 font-mono whitespace-nowrap">{items || "–"}</td>
      <td className="py-1.5 pr-3 font-mono text-xs wrap-anywhere">
        {plainText(checkText(requirement))}
      </td>
      <td className="py-1.5">
        <StateMark {...LOOKS[state]} />
        {by !== null && (
          <span className="block text-xs text-muted wrap-anywhere">{plainText(by)}</span>
        )}
      </td>
    </tr>
  );
}
