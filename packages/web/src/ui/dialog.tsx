/**
 * A question or a list before the page. The browser keeps the focus inside and gives it back; it begins
 * at what is marked `data-first-focus`, else at the first control.
 */
import { useEffect, useEffectEvent, useRef, type ReactNode } from "react";
import { classNames } from "./class-names.ts";

type DialogProps = {
  readonly label: string;
  readonly onClose: () => void;
  readonly className?: string;
  readonly children: ReactNode;
};

export function Dialog({ label, onClose, className, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const close = useEffectEvent(onClose);
  useEffect(() => {
    const element = dialog.current;
    if (element === null) return undefined;
    // A click beside it: the backdrop belongs to the dialog itself.
    const onClick = ({ target }: MouseEvent): void => {
      if (target === element) close();
    };
    element.addEventListener("click", onClick);
    element.showModal();
    element.querySelector<HTMLElement>("[data-first-focus]")?.focus();
    return () => {
      element.removeEventListener("click", onClick);
      element.close();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-label={label}
      // At once: the browser tells of the close only later, and a key may open it again before that.
      onCancel={onClose}
      onClose={onClose}
      className={classNames(
        "mx-auto mt-[12vh] max-h-[76vh] w-full max-w-160 rounded border border-line-strong",
        "bg-surface p-0 text-text outline-none backdrop:bg-bg/60 max-sm:mt-2 max-sm:max-h-[calc(100dvh-1rem)]",
        className,
      )}
    >
      {children}
    </dialog>
  );
}
