import { useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { FIELD } from "../../ui/field.ts";
import { Labelled } from "../../ui/labelled.tsx";

type CancelDialogProps = {
  readonly onClose: () => void;
  readonly onCancel: (reason: string) => void;
};

export function CancelDialog({ onClose, onCancel }: CancelDialogProps) {
  const [reason, setReason] = useState("");
  return (
    <Dialog label="Cancel this run" onClose={onClose}>
      <form
        className="flex flex-col gap-3 p-4"
        onSubmit={(event) => {
          event.preventDefault();
          onCancel(reason.trim() === "" ? "cancelled in the command center" : reason.trim());
        }}
      >
        <h2 className="text-md font-strong">Cancel this run?</h2>
        <p>Its agents end. Its commits are parked and can be fetched; nothing is merged.</p>
        <Labelled label="Why" hint="Kept on the record.">
          <input
            className={FIELD}
            value={reason}
            maxLength={300}
            onChange={({ target }) => setReason(target.value)}
          />
        </Labelled>
        <div className="flex gap-2">
          <Button type="submit" emphasis="danger">
            Cancel the run
          </Button>
          <Button onClick={onClose}>Keep it</Button>
        </div>
      </form>
    </Dialog>
  );
}
