/** A workflow is started by its file's name; another name inside would be shown on its runs. */
import type { Problem } from "../../documents/problem.ts";
import { problem } from "./scene.ts";
import type { Scene } from "./scene.ts";

export const nameRule = (scene: Scene): Problem[] => {
  const fileName = scene.places.file.split("/").at(-1) ?? "";
  const { name } = scene.workflow;
  if (fileName === `${name}.md`) return [];
  return [
    problem(scene, 1, {
      message: `The workflow is called \`${name}\`, and its file \`${fileName}\`.`,
      mend: `Call the file \`${name}.md\`, or change \`name\`.`,
      level: "warning",
    }),
  ];
};
