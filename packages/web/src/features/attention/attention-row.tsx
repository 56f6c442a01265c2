/** One line of the queue: what is asked · for which task · why · since when · by whom it was made. */
import type { AttentionItem } from "@tutti/protocol";
import { useId } from "react";
import { Lineage } from "../../ui/family-mark.tsx";
import { plainLine } from "../../ui/plain.ts";
import type { Roving } from "../../ui/roving.ts";
import { StateMark } from "../../ui/state-mark.tsx";
import { Lasting } from "../../ui/time.tsx";
import { AnswerPanel } from "./answer-panel.tsx";
import { attentionLook, itemKey } from "./attention-order.ts";

type AttentionRowProps = {
  readonly item: AttentionItem;
  readonly isOpen: boolean;
  readonly roving: Roving;
  readonly onToggle: () => void;
};

/**
 * Its columns are as many as its list has room for, also where the text is larger than usual. What is asked
 * and for which task is read in full, on lines of its own where there is no room beside each other.
 */
const LINE = [
  "grid w-full items-baseline gap-x-4 gap-y-0.5 px-4 py-1.5 text-start -outline-offset-2 hover:bg-raised",
  "grid-cols-[minmax(0,1fr)_auto] max-sm:min-h-11 max-sm:py-2.5",
  "@xl:grid-cols-[8rem_minmax(0,1fr)_4.5rem_4.5rem]",
  "@min-[60rem]:grid-cols-[8rem_minmax(0,1fr)_minmax(0,1fr)_4.5rem_4.5rem]",
].join(" ");
/** A name without spaces breaks; one that does not end is read on the page of its run. */
const WORDS = "line-clamp-3 wrap-anywhere";

export function AttentionRow({ item, isOpen, roving, onToggle }: AttentionRowProps) {
  const region = useId();
  const { tone, word } = attentionLook(item.kind);
  return (
    <li className={isOpen ? "border-b border-line bg-surface" : "border-b border-line"}>
      <button
        type="button"
        {...roving.row(itemKey(item))}
        aria-expanded={isOpen}
        aria-controls={isOpen ? region : undefined}
        className={LINE}
        onClick={onToggle}
      >
        <StateMark tone={tone} word={word} />
        <span dir="auto" className={`${WORDS} font-strong @max-xl:col-span-2 @max-xl:row-start-2`}>
          {plainLine(item.asks)}
        </span>
        <span
          dir="auto"
          className={`${WORDS} @max-xl:col-span-2 @max-xl:row-start-3 @xl:row-start-2 @xl:col-start-2 @min-[60rem]:col-start-3 @min-[60rem]:row-span-2 @min-[60rem]:row-start-1`}
        >
          {plainLine(item.about?.title ?? item.run)}
        </span>
        {/* Once it is open, its answers say so. */}
        {!isOpen && (
          <span
            dir="auto"
            className="col-start-2 row-start-2 truncate text-muted @max-[60rem]:hidden"
          >
            {plainLine(item.why)}
          </span>
        )}
        <span className="text-end text-muted @xl:col-start-3 @min-[60rem]:col-start-4">
          <Lasting since={item.since} />
        </span>
        <span className="flex justify-end @max-xl:hidden">
          {item.about !== undefined && <Lineage {...item.about} />}
        </span>
      </button>
      {isOpen && (
        <section id={region} aria-label={plainLine(item.asks)} className="px-4 pt-1 pb-4">
          <AnswerPanel item={item} />
        </section>
      )}
    </li>
  );
}
