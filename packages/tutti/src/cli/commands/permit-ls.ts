import { EXIT } from "@tutti/protocol/errors";
import { hostOf, isRefusedHost } from "../answer-egress.ts";
import type { Action } from "../command-spec.ts";
import { duration, indent, wrap } from "../terminal/layout.ts";
import { printable, printableLine } from "../terminal/printable.ts";

export const run: Action = async (cli) => {
  const client = await cli.client();
  const attention = await client.attention();
  const hosts = attention.filter(isRefusedHost);
  const asking = attention.filter(({ kind }) => kind === "permission");
  const runs = [...new Set(asking.map((item) => item.run))];
  const views = await Promise.all(runs.map((id) => client.run(id)));
  const open = views.flatMap((view) =>
    view.permissions.map((permission) => ({ run: view.run, ...permission })),
  );
  if (cli.isJson) {
    const egress = hosts.map((item) => ({
      run: item.run,
      step: item.step,
      target: hostOf(item),
      since: item.since,
    }));
    cli.printJson({ items: open, egress });
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
  for (const { asks, since, answers } of hosts) {
    cli.print(
      `${cli.style.paint("quiet", `◇ ${printableLine(asks)}`)}  ${duration(Date.now() - since)}`,
    );
    for (const { label, command } of answers) cli.print(`    ${label}: ${command}`);
  }
  if (open.length + hosts.length === 0) cli.note("No agent asks for permission.");
  return EXIT.ok;
};
