import { useMutation } from "@tanstack/react-query";
import { tellProblem } from "../../api/commands.ts";
import { signOut } from "../../api/session.ts";
import { useCommands } from "../../commands/commands.tsx";
import { Button } from "../../ui/button.tsx";
import { SectionHeading } from "../../ui/heading.tsx";

export function SignOut() {
  const leave = useMutation({
    mutationFn: signOut,
    onSuccess: () => location.reload(),
    onError: tellProblem,
  });
  const run = (): void => leave.mutate();
  useCommands([{ id: "session.end", title: "Sign this browser out", group: "Settings", run }]);
  return (
    <section aria-labelledby="session">
      <SectionHeading title="This browser" id="session" />
      <div className="flex flex-wrap items-center gap-3 px-4">
        <Button onClick={run} disabled={leave.isPending}>
          Sign out
        </Button>
        <span className="text-muted">
          Then <code className="font-mono text-xs">tutti open</code> makes a new link.
        </span>
      </div>
    </section>
  );
}
