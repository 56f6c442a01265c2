import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Merged with it, the entry would no longer be told apart in the manifest. */
const isNoEntry = (id: string): boolean => !/\/(?:index\.html|src\/main\.tsx)$/u.test(id);

// One entry; screens are loaded when they are first shown. Nothing is inlined as data: or script, so
// that the page runs under the daemon's content security policy.
export default defineConfig({
  plugins: [react(), tailwindcss()],
  build: {
    target: "es2024",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    manifest: true,
    // What the first screen needs is one file: dozens of small ones take longer than what is in them.
    rolldownOptions: {
      output: {
        codeSplitting: { groups: [{ name: "first", tags: ["$initial"], test: isNoEntry }] },
      },
    },
  },
});
