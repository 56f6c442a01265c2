/** What the address says of the settings: the project whose agents are shown, and whose doings the audit lists. */
const WHOSE = ["person", "agent", "everybody"] as const;

export type Whose = (typeof WHOSE)[number];

export type SettingsSearch = { readonly path?: string; readonly audit?: Whose };

export const settingsSearch = (search: Readonly<Record<string, unknown>>): SettingsSearch => {
  const { path } = search;
  const audit = WHOSE.find((one) => one === search["audit"]);
  return {
    ...(typeof path === "string" && path.startsWith("/") ? { path } : {}),
    ...(audit === undefined || audit === "person" ? {} : { audit }),
  };
};
