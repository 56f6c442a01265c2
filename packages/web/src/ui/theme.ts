/** Light or dark: the system's choice until a person chooses; kept in this browser. */
import { createStore } from "../api/store.ts";

export type Theme = "system" | "light" | "dark";

const KEY = "tutti.theme";
const query = matchMedia("(prefers-color-scheme: dark)");

const stored = (): Theme => {
  const value = localStorage.getItem(KEY);
  return value === "light" || value === "dark" ? value : "system";
};

export const theme = createStore<Theme>(stored());

const apply = (): void => {
  const chosen = theme.get();
  const isDark = chosen === "dark" || (chosen === "system" && query.matches);
  document.documentElement.dataset["theme"] = isDark ? "dark" : "light";
};

/** Follows the choice and the system from now on. */
export function startTheme(): void {
  apply();
  query.addEventListener("change", apply);
  theme.subscribe(() => {
    localStorage.setItem(KEY, theme.get());
    apply();
  });
}
