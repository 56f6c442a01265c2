/** Says when the page is not live, and that it is again. */
import { useEffect } from "react";
import { toast } from "sonner";
import { outdated } from "../api/daemon.ts";
import { useLive } from "../api/live-context.tsx";
import { useStore } from "../api/store.ts";
import { Button } from "../ui/button.tsx";

export function ConnectionBar() {
  const { kind, restored } = useStore(useLive().connection);
  const isOutdated = useStore(outdated);
  useEffect(() => {
    if (restored > 0) toast.success("Connected again. Everything on this page is current.");
  }, [restored]);
  return (
    <output className="block">
      {kind === "lost" && (
        <Bar text="The daemon does not answer. What you see is from before; it is tried again by itself." />
      )}
      {kind === "refused" && (
        <Bar text="This browser is no longer signed in. Run “tutti open” for a new link." />
      )}
      {isOutdated && (
        <Bar text="The daemon is a newer version than this page.">
          <Button onClick={() => location.reload()}>Reload the page</Button>
        </Bar>
      )}
    </output>
  );
}

function Bar({ text, children }: { readonly text: string; readonly children?: React.ReactNode }) {
  return (
    <div className="flex items-center gap-3 border-b border-line bg-waiting-bg px-4 py-1.5">
      <span aria-hidden="true" className="text-waiting">
        ▲
      </span>
      <span>{text}</span>
      {children}
    </div>
  );
}
