import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

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
  },
});
