/** The sixteen colours of a terminal in both themes; `minimumContrastRatio` sees to the rest. */
import type { ITheme } from "@xterm/xterm";

const LIGHT: ITheme = {
  background: "#ffffff",
  foreground: "#20212a",
  cursor: "#20212a",
  cursorAccent: "#ffffff",
  selectionBackground: "#cfd3ee",
  black: "#20212a",
  red: "#a1261f",
  green: "#1f6b3a",
  yellow: "#7a5300",
  blue: "#2450a8",
  magenta: "#84309a",
  cyan: "#126475",
  white: "#5d5f6b",
  brightBlack: "#5d5f6b",
  brightRed: "#b3261e",
  brightGreen: "#23713f",
  brightYellow: "#7f5700",
  brightBlue: "#2b5bc0",
  brightMagenta: "#9038a8",
  brightCyan: "#146c7e",
  brightWhite: "#20212a",
};

const DARK: ITheme = {
  background: "#17181d",
  foreground: "#e6e7ee",
  cursor: "#e6e7ee",
  cursorAccent: "#17181d",
  selectionBackground: "#3a3f5c",
  black: "#9a9cab",
  red: "#f08a80",
  green: "#7fcf9b",
  yellow: "#e3bd6c",
  blue: "#8fb0f5",
  magenta: "#d79be8",
  cyan: "#79c9da",
  white: "#d5d7e2",
  brightBlack: "#9a9cab",
  brightRed: "#ffa59c",
  brightGreen: "#98e0b1",
  brightYellow: "#f2d08a",
  brightBlue: "#aac4ff",
  brightMagenta: "#e6b6f4",
  brightCyan: "#97dcea",
  brightWhite: "#ffffff",
};

export const paletteNow = (): ITheme =>
  document.documentElement.dataset["theme"] === "dark" ? DARK : LIGHT;

/** Told when the theme changes. Returns what ends it. */
export function onThemeChange(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return () => observer.disconnect();
}
