/** What the address says of the settings: the project whose agents are shown. */
export type SettingsSearch = { readonly path?: string };

export const settingsSearch = ({ path }: Readonly<Record<string, unknown>>): SettingsSearch =>
  typeof path === "string" && path.startsWith("/") ? { path } : {};
