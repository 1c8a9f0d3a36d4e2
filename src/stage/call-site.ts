// Finds where a stage is being defined: the first frame outside the constructors.
import { fileURLToPath } from "node:url"
import { getCallSites } from "node:util"
import type { CallSite } from "./declaration.ts"

const url = (scriptName: string) => (scriptName.startsWith("file:") ? scriptName : `file://${scriptName}`)
const constructors = new Set(
  ["call-site", "declare", "row-stage", "stage"].map((name) => new URL(`./${name}.ts`, import.meta.url).href)
)

/** The place of the `Stage.…({…})` call that is being evaluated. */
export const callSite = (): CallSite => {
  const site = getCallSites(12).find(({ scriptName }) => scriptName !== "" && !constructors.has(url(scriptName)))!
  return { file: fileURLToPath(url(site.scriptName)), line: site.lineNumber, column: site.columnNumber }
}
