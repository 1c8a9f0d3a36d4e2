// The code behind a node: a fingerprint record per function, and what a change of it means for keys.
import type { FingerprintRecord } from "./fingerprint/index.ts"

/** Fingerprints of a stage's functions. A stage of the authoring API itself has none: the engine's epochs speak for it. */
export interface Code {
  readonly functions: { readonly [name: string]: FingerprintRecord }
  readonly impure: string | undefined
}

export const hashOf = (code: Code, ...functions: ReadonlyArray<string>): ReadonlyArray<string> =>
  functions.flatMap((name) => (code.functions[name] === undefined ? [] : [`${name}:${code.functions[name].hash}`]))
