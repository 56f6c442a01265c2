import { EXIT } from "@tutti/protocol/errors";
import type { Action } from "../command-spec.ts";
import { duration, indent, wrap } from "../terminal/layout.ts";
import { printable, printableLine } from "../terminal/printable.ts";

export const run: Action = async (cli) => {
  const client = await cli.client();
  const attention = await client.attention();
  const asking = attention.filter(({ kind }) => kind === "permission");
  const runs = [...new Set(asking.map((item) => item.run))];
  const views = await Promise.all(runs.map((id) => client.run(id)));
  const open = views.flatMap((view) =>
    view.permissions.map((permission) => ({ run: view.run, ...permission })),
  );
  if (cli.isJson) {
    cli.printJson({ items: open });
    return EXIT.ok;
  }
  for (const { run: id, id: permission, step, title, detail, options, since } of open) {
    const age = duration(Date.now() - since);
    cli.print(`${cli.style.paint("waiting", `◆ ${printableLine(title)}`)}  ${age}`);
    cli.print(`  ${id} ${step} ${printableLine(permission)}`);
    if (detail !== "") cli.print(indent(wrap(printable(detail), cli.width - 4), 4).join("\n"));
    const offered = options.map(({ id: option, name }) => `${option} (${name})`);
    cli.print(`    offers: ${printableLine(offered.join(", "))}`);
    cli.print(`    tutti permit allow ${id}   tutti permit deny ${id}`);
  }
  if (open.length === 0) cli.note("No agent asks for permission.");
  return EXIT.ok;
};
