/** One field of a question. Every word of it is the agent's. */
import type { QuestionField } from "@tutti/protocol";
import type { ReactNode } from "react";
import { FIELD } from "../../ui/field.ts";
import { Labelled } from "../../ui/labelled.tsx";
import { plainText } from "../../ui/plain.ts";

type Value = string | readonly string[];

type QuestionInputProps = {
  readonly field: QuestionField;
  /** In its form. */
  readonly name: string;
  readonly value: Value;
  readonly isMissing: boolean;
  readonly onChange: (value: Value) => void;
};

type FieldOf<Kind extends QuestionField["kind"]> = Extract<QuestionField, { kind: Kind }>;
type Written = Omit<QuestionInputProps, "field"> & {
  readonly field: FieldOf<"text" | "number">;
};
type Picked = QuestionInputProps & {
  readonly offered: readonly {
    readonly value: string;
    readonly title: string;
    readonly about: string | null;
  }[];
};

const YES_NO = [
  { value: "yes", title: "Yes", about: null },
  { value: "no", title: "No", about: null },
];

const between = (min: number | null, max: number | null, unit: string): string => {
  if (min !== null && max !== null) return `From ${min} to ${max}${unit}.`;
  if (min !== null) return `At least ${min}${unit}.`;
  return max === null ? "" : `At most ${max}${unit}.`;
};

const EXAMPLES = {
  email: "An address such as name@example.org.",
  uri: "An address such as https://example.org.",
  date: "A date such as 2026-01-31.",
  "date-time": "A time such as 2026-01-31T12:00:00Z.",
};

/** Its rules, as far as the way in which it is filled in does not show them. */
function rulesOf(field: QuestionField): string {
  switch (field.kind) {
    case "text": {
      const size = between(field.minLength, field.maxLength, " characters");
      const format = field.format === null ? "" : EXAMPLES[field.format];
      const pattern = field.pattern === null ? "" : `The agent expects ${field.pattern}`;
      return [format, size, pattern].filter((part) => part !== "").join(" ");
    }
    case "number":
      return [field.isWhole ? "A whole number." : "A number.", between(field.min, field.max, "")]
        .filter((part) => part !== "")
        .join(" ");
    case "choices":
      return between(field.minItems, field.maxItems, " of them");
    case "choice":
    case "yes-no":
      return "";
    default:
      return field satisfies never;
  }
}

const nameOf = ({ title, isRequired }: QuestionField): string =>
  `${plainText(title)}${isRequired ? "" : " (may be left out)"}`;

const hintOf = (field: QuestionField): string =>
  plainText([field.about ?? "", rulesOf(field)].filter((part) => part !== "").join(" "));

export function QuestionInput(props: QuestionInputProps) {
  const { field } = props;
  if (field.kind === "text" || field.kind === "number")
    return <WrittenInput {...props} field={field} />;
  const offered = field.kind === "yes-no" ? YES_NO : field.choices;
  return <PickedInput {...props} offered={offered} />;
}

function WrittenInput({ field, name, value, isMissing, onChange }: Written) {
  const hint = hintOf(field);
  const shared = {
    name,
    value: typeof value === "string" ? value : "",
    "aria-invalid": isMissing,
    "aria-required": field.isRequired,
    className: `${FIELD} py-1.5`,
  };
  const isLong = field.kind === "text" && field.format === null;
  return (
    <Labelled label={nameOf(field)} {...(hint === "" ? {} : { hint })}>
      {isLong ? (
        <textarea
          {...shared}
          dir="auto"
          rows={2}
          className={`${shared.className} resize-y`}
          onChange={({ target }) => onChange(target.value)}
        />
      ) : (
        <input
          {...shared}
          type="text"
          inputMode={field.kind === "number" ? "decimal" : "text"}
          autoComplete="off"
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Labelled>
  );
}

function PickedInput({ field, name, value, isMissing, onChange, offered }: Picked) {
  const isMany = field.kind === "choices";
  const picked: readonly string[] = typeof value === "string" ? [] : value;
  const hint = hintOf(field);
  const pick = (one: string, isPicked: boolean): void => {
    if (isMany) onChange(isPicked ? [...picked, one] : picked.filter((other) => other !== one));
    else onChange([one]);
  };
  return (
    <fieldset
      aria-invalid={isMissing}
      {...(hint === "" ? {} : { "aria-describedby": `${name}-hint` })}
      className="flex flex-col gap-1"
    >
      <legend className="mb-1 font-strong">{nameOf(field)}</legend>
      {offered.map((one) => (
        <Offer
          key={one.value}
          title={plainText(one.title)}
          about={one.about === null ? null : plainText(one.about)}
        >
          <input
            type={isMany ? "checkbox" : "radio"}
            name={name}
            checked={picked.includes(one.value)}
            onChange={({ target }) => pick(one.value, target.checked)}
          />
        </Offer>
      ))}
      {!isMany && !field.isRequired && (
        <Offer title="No answer" about={null}>
          <input
            type="radio"
            name={name}
            checked={picked.length === 0}
            onChange={() => onChange([])}
          />
        </Offer>
      )}
      {hint !== "" && (
        <p id={`${name}-hint`} className="text-xs text-muted">
          {hint}
        </p>
      )}
    </fieldset>
  );
}

type OfferProps = {
  readonly title: string;
  readonly about: string | null;
  readonly children: ReactNode;
};

const Offer = ({ title, about, children }: OfferProps) => (
  <label className="flex min-h-6 items-start gap-2 max-sm:min-h-11 [&>input]:mt-1">
    {children}
    <span dir="auto" className="wrap-anywhere">
      {title}
      {about !== null && <span className="block text-xs text-muted">{about}</span>}
    </span>
  </label>
);
