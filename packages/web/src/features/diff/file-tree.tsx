/** The files of the change, the riskiest first. */
import { classNames } from "../../ui/class-names.ts";
import { StateMark } from "../../ui/state-mark.tsx";
import { Counts } from "./heads.tsx";
import { withNamed } from "../../ui/hidden-characters.ts";
import { RISK_WORDS, type RiskGroup } from "./risk.ts";

type TreeProps = {
  readonly groups: readonly RiskGroup[];
  readonly current: string | null;
  readonly viewed: ReadonlySet<string>;
  readonly commented: ReadonlyMap<string, number>;
  readonly onOpen: (path: string) => void;
};

export function FileTree({ groups, current, viewed, commented, onOpen }: TreeProps) {
  return (
    <nav aria-label="Files of the change" className="flex flex-col pb-4">
      {groups.map(({ risk, files }) => (
        <section key={risk} aria-label={RISK_WORDS[risk]}>
          <h2 className="flex gap-2 px-3 pt-3 pb-1 font-strong">
            {RISK_WORDS[risk]} <span className="font-normal text-muted">{files.length}</span>
          </h2>
          <ul>
            {files.map((file) => (
              <li key={file.path}>
                <button
                  type="button"
                  title={withNamed(file.path)}
                  aria-current={file.path === current ? "true" : undefined}
                  onClick={() => onOpen(file.path)}
                  className={classNames(
                    "flex min-h-7 w-full items-center gap-2 px-3 text-left hover:bg-raised max-sm:min-h-11",
                    file.path === current && "bg-selected",
                  )}
                >
                  <FileName path={file.path} />
                  <span className="ml-auto flex shrink-0 items-center gap-2 text-xs">
                    {(commented.get(file.path) ?? 0) > 0 && (
                      <span className="text-waiting">
                        {commented.get(file.path)} <span className="sr-only">comments</span>
                        <span aria-hidden="true">✎</span>
                      </span>
                    )}
                    <Counts {...file} />
                    {viewed.has(file.path) && <StateMark tone="ok" word="viewed" isShapeOnly />}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}

/** The name stays readable where the folder has to be cut. */
function FileName({ path }: { readonly path: string }) {
  const at = path.lastIndexOf("/") + 1;
  return (
    <bdi className="flex min-w-0 font-mono text-xs">
      <span className="truncate text-muted">{withNamed(path.slice(0, at))}</span>
      <span className="max-w-full shrink-0 truncate">{withNamed(path.slice(at))}</span>
    </bdi>
  );
}
