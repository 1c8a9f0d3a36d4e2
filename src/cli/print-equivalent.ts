// Accepted refactorings as text: what changed, who accepted it when, and why.
import type { Acceptance } from "../store/acceptance.ts"
import { command } from "./print-run.ts"
import type { Terminal } from "./print.ts"

const day = (at: string): string => at.slice(0, 10)

const changeLines = ({ changes, functions }: Acceptance): ReadonlyArray<string> => [
  ...changes.map((change) => `  ${change}`),
  ...functions.map(
    ({ before, after }) => `  ${Object.keys(after).join(", ")}: ${shortHashes(before)} → ${shortHashes(after)}`
  )
]

const shortHashes = (hashes: { readonly [name: string]: string }): string =>
  Object.values(hashes)
    .map((hash) => hash.slice(0, 12))
    .join(", ") || "none"

/** Prints what was just accepted. */
export const printAccepted = (to: Terminal, acceptance: Acceptance): void => {
  const { node, stage, pipeline } = acceptance
  to.line(`${to.paint("bold", node)}: its code is accepted as equivalent to that of the last run`)
  for (const line of changeLines(acceptance)) to.line(line)
  to.line(
    `  for this change of the stage ${stage} alone; ${command()} equivalent ${pipeline} ${node} --revoke takes it back`
  )
}

export const printRevoked = (to: Terminal, node: string, taken: ReadonlyArray<Acceptance>): void => {
  to.line(`${to.paint("bold", node)}: no longer accepted as equivalent`)
  for (const { because, by, at } of taken) to.line(`  ${because} (${by}, ${day(at)})`)
  if (taken.some(({ revoked }) => revoked?.used))
    to.line("  runs have begun since: results of the code before it are no longer trusted either")
}

export const printAcceptances = (to: Terminal, pipeline: string, all: ReadonlyArray<Acceptance>): void => {
  if (all.length === 0) {
    to.line(`nothing is accepted as equivalent in ${pipeline}`)
    return
  }
  for (const [index, acceptance] of all.entries()) {
    const { stage, because, by, at, revoked } = acceptance
    if (index > 0) to.line()
    to.line(`${to.paint("bold", stage)}: ${because}`)
    to.line(
      `  accepted by ${by}, ${day(at)}${revoked === undefined ? "" : `; revoked by ${revoked.by}, ${day(revoked.at)}`}`
    )
    for (const line of changeLines(acceptance)) to.line(line)
  }
}
