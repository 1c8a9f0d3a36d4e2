// Finds where a stage is being defined: the caller of the constructor that declares it.
import { fileURLToPath } from "node:url"
import { getCallSites } from "node:util"
import type { CallSite } from "./declaration.ts"

/** The place of the `Stage.…({…})` call that is being evaluated; to be asked for by what that constructor calls, and nothing else. */
export const callSite = (): CallSite => {
  const [, , , site] = getCallSites(4)
  const { scriptName, lineNumber, columnNumber } = site!
  const file = scriptName.startsWith("file:") ? fileURLToPath(scriptName) : scriptName
  return { file, line: lineNumber, column: columnNumber }
}
