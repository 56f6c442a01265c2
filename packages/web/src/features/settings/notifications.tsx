import { useState } from "react";
import { useStore } from "../../api/store.ts";
import { Button } from "../../ui/button.tsx";
import { SectionHeading } from "../../ui/heading.tsx";
import { allowNotices, playSound, wantsNotices, wantsSound } from "./notify.ts";

export function Notifications() {
  const isNoticed = useStore(wantsNotices);
  const isHeard = useStore(wantsSound);
  const [isRefused, setRefused] = useState(false);
  const toggle = async (wanted: boolean): Promise<void> => {
    const isAllowed = wanted && (await allowNotices());
    setRefused(wanted && !isAllowed);
    wantsNotices.set(isAllowed);
  };
  return (
    <section aria-labelledby="notifications">
      <SectionHeading title="Notifications" id="notifications" />
      <p className="px-4 text-muted">
        When something newly needs you, while this page is open. Kept in this browser.
      </p>
      <div className="flex flex-col px-4">
        <label className="flex min-h-7 items-center gap-2 max-sm:min-h-11">
          <input
            type="checkbox"
            checked={isNoticed}
            onChange={({ target }) => void toggle(target.checked)}
            className="size-4 accent-accent"
          />
          A notification of the browser
        </label>
        {isRefused && (
          <p role="alert" className="text-refused">
            <span aria-hidden="true">✕ </span>
            The browser does not allow notifications of this page. Its site settings can.
          </p>
        )}
        <span className="flex items-center gap-3">
          <label className="flex min-h-7 items-center gap-2 max-sm:min-h-11">
            <input
              type="checkbox"
              checked={isHeard}
              onChange={({ target }) => wantsSound.set(target.checked)}
              className="size-4 accent-accent"
            />
            A sound
          </label>
          <Button emphasis="quiet" onClick={playSound}>
            Play it
          </Button>
        </span>
      </div>
    </section>
  );
}
