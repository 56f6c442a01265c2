/** What the address says of a new task: its project, and the task that it is made like. */
export type NewTaskSearch = { readonly path?: string; readonly from?: string };

export const newTaskSearch = ({
  path,
  from,
}: Readonly<Record<string, unknown>>): NewTaskSearch => ({
  ...(typeof path === "string" && path.startsWith("/") ? { path } : {}),
  ...(typeof from === "string" && from !== "" ? { from } : {}),
});
