/** Asked before something that ends or holds up work. */
import type { ReactNode } from "react";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";

type ConfirmProps = {
  readonly question: string;
  /** What the button does, as a verb. */
  readonly verb: string;
  readonly isDanger?: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
};

export function Confirm(props: ConfirmProps) {
  const { question, verb, isDanger = false, onConfirm, onClose, children } = props;
  const leave = (
    <Button shortcut="escape" onClick={onClose}>
      Leave it
    </Button>
  );
  return (
    <Dialog label={question} onClose={onClose} className="max-w-120">
      <div className="flex flex-col gap-3 p-4">
        <h2 className="text-md font-strong">{question}</h2>
        {children}
        <div className="flex flex-wrap gap-2">
          {/* The first one has the focus: what does no harm. */}
          {isDanger && leave}
          <Button
            emphasis={isDanger ? "danger" : "primary"}
            onClick={() => {
              onClose();
              onConfirm();
            }}
          >
            {verb}
          </Button>
          {!isDanger && leave}
        </div>
      </div>
    </Dialog>
  );
}
