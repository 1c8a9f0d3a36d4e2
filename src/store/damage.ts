// Damage in a store: what was found wrong where, and the error of a reader that cannot go on without it.
import { SluiceError } from "../errors.ts"

export interface Damage {
  readonly kind: "object" | "result" | "folder" | "ref" | "cache"
  /** The digest of an object or folder, the key of a result, the name of a ref or cache. */
  readonly name: string
  readonly path: string
  /** In words, after "it is damaged: "; "missing" where nothing is there. */
  readonly what: string
}

/** What is damaged, in a few words. */
export const damagedThing = ({ kind, name }: Pick<Damage, "kind" | "name">): string => {
  if (kind === "ref") return `the ref of ${name}`
  return kind === "cache" ? `the cache of ${name}` : `${kind} ${name.slice(0, 12)}`
}

/** What is wrong with something, as a sentence. */
export const damageText = (damage: Damage): string =>
  `${damagedThing(damage)} is ${damage.what === "missing" ? "missing" : `damaged: ${damage.what}`}`

/** Raised where an object or result that another one names is missing or has other bytes than it was stored with. */
export class DamagedObject extends SluiceError {
  readonly digest: string

  constructor(digest: string, path: string, message: string) {
    super("SLUICE_DAMAGED", message, {
      evidence: path === "" ? [] : [path],
      hint: "run again: what it belongs to is computed anew"
    })
    this.digest = digest
  }
}

/** What a reading gives, or something else where it meets damage. */
export const unlessDamaged = <A, B>(read: () => A, otherwise: B): A | B => {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof DamagedObject) return otherwise
    throw cause
  }
}
