/** The description of the interface, for other programs. */
import type { App } from "./context.ts";

export function addOpenApiRoute(app: App): void {
  let document: string | null = null;
  app.get("/openapi.json", async (context) => {
    // Made when somebody asks: hardly anybody does, and a daemon is to start at once.
    const { openApi } = await import("../openapi/document.ts");
    document ??= JSON.stringify(openApi());
    return context.body(document, 200, { "content-type": "application/json" });
  });
}
