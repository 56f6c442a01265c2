/** Every key that does something here, by what it belongs to. */
import { useDeclaredCommands } from "../../commands/commands.tsx";
import { Button } from "../../ui/button.tsx";
import { keysText } from "../../ui/keys.tsx";
import { grouped, latest } from "./matching.ts";
import { closePalette } from "./palette-state.ts";

export function KeyMap() {
  const commands = latest(useDeclaredCommands()).filter(({ keys }) => keys !== undefined);
  return (
    <div className="flex flex-col gap-3 p-4">
      <div className="flex items-center">
        <h2 className="text-md font-strong">Keys</h2>
        <Button emphasis="quiet" className="ml-auto" shortcut="escape" onClick={closePalette}>
          Close
        </Button>
      </div>
      <div className="columns-2 gap-8 max-sm:columns-1">
        {grouped(commands).map(({ group, commands: members }) => (
          <section key={group} className="mb-4 break-inside-avoid">
            <h3 className="pb-1 text-muted">{group}</h3>
            <dl>
              {members.map(({ id, title, keys = "" }) => (
                <div key={id} className="flex gap-3 border-b border-line py-1">
                  <dt>{title}</dt>
                  <dd className="ml-auto">
                    <kbd className="font-sans whitespace-nowrap">{keysText(keys)}</kbd>
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </div>
  );
}
