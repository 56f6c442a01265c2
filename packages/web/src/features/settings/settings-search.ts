/** What the address says of the settings: the project whose agents are shown, whose doings the audit lists, and the part that is gone to. */
const PARTS = ["keys", "notifications", "tokens", "audit"] as const;

type Part = (typeof PARTS)[number];

const WHOSE = ["person", "agent", "everybody"] as const;

export type Whose = (typeof WHOSE)[number];

export type SettingsSearch = { readonly path?: string; readonly audit?: Whose; readonly at?: Part };

export const settingsSearch = (search: Readonly<Record<string, unknown>>): SettingsSearch => {
  const { path } = search;
  const audit = WHOSE.find((one) => one === search["audit"]);
  const at = PARTS.find((one) => one === search["at"]);
  return {
    ...(at === undefined ? {} : { at }),
    ...(typeof path === "string" && path.startsWith("/") ? { path } : {}),
    ...(audit === undefined || audit === "person" ? {} : { audit }),
  };
};
