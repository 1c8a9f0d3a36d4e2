// What an accepted refactoring does to keys: the code as written counts as the code it was accepted to be the same as.
import type { Code } from "../graph/code.ts"
import type { FingerprintRecord } from "../graph/fingerprint/index.ts"
import type { Acceptance, Hashes } from "../store/acceptance.ts"
import { keyOf, sameJson } from "../table/digest.ts"

/** Functions that are one in a key: either form may be the one that runs. */
const roles: ReadonlyArray<ReadonlyArray<string>> = [
  ["frame"],
  ["parse", "parseBatch"],
  ["apply", "applyBatch"],
  ["measure", "measureBatch"],
  ["decide"],
  ["prepare", "prepareBatch"],
  ["resolve"],
  ["key"],
  ["run"]
]

/** The hashes of some functions, by role. */
export const hashesByRole = (functions: Code["functions"]): ReadonlyArray<Hashes> =>
  roles.map((names) =>
    Object.fromEntries(names.flatMap((name) => (functions[name] === undefined ? [] : [[name, functions[name].hash]])))
  )

export interface Accepted {
  readonly code: Code
  /** The acceptances that the code rests on. */
  readonly acceptances: ReadonlyArray<Acceptance>
}

/** A stage's code as its keys see it. */
export const acceptedCode = (all: ReadonlyArray<Acceptance>, stage: string, code: Code): Accepted => {
  const own = all.filter((acceptance) => acceptance.stage === stage)
  if (own.length === 0) return { code, acceptances: [] }
  const pairs = own
    .filter(({ revoked }) => revoked === undefined)
    .flatMap((acceptance) => acceptance.functions.map((pair) => ({ ...pair, acceptance })))
  const functions: Record<string, FingerprintRecord> = { ...code.functions }
  const used = new Set<Acceptance>()
  for (const hashes of hashesByRole(code.functions)) {
    if (Object.keys(hashes).length === 0) continue
    const match = pairs.findLast(({ after }) => sameJson(after, hashes))
    const keyed = withoutTrust(own, match?.before ?? hashes)
    if (sameJson(keyed, hashes)) continue
    if (match !== undefined) used.add(match.acceptance)
    const [written] = Object.keys(hashes).map((name) => code.functions[name]!)
    for (const name of Object.keys(hashes)) delete functions[name]
    for (const [name, hash] of Object.entries(keyed)) functions[name] = { ...(code.functions[name] ?? written!), hash }
  }
  return { code: { ...code, functions }, acceptances: [...used] }
}

/**
 * Code that other code was accepted to be the same as, and no longer is: what was stored under its keys in the meantime
 * may come from that other code, so that it gets new ones.
 */
const withoutTrust = (own: ReadonlyArray<Acceptance>, hashes: Hashes): Hashes => {
  const spent = own.filter(
    ({ revoked, functions }) => revoked?.used === true && functions.some(({ before }) => sameJson(before, hashes))
  )
  if (spent.length === 0) return hashes
  const ids = spent.map(({ id }) => id)
  return Object.fromEntries(Object.entries(hashes).map(([name, hash]) => [name, keyOf([hash, "revoked", ids])]))
}
