// The rows of a gather's bucket that failed, each with one of a few errors, and the groups beside them that did not.
import type { Store } from "../store/store.ts"
import { bytesOf, int32Of, readPack } from "../table/pack.ts"
import type { RowError } from "./row-error.ts"
import type { GatherAction, GatherFailures } from "./task.ts"

export class GroupFailures {
  readonly groups: Array<readonly [key: string, made: number | string]> = []
  readonly #ids: Array<Uint8Array> = []
  readonly #error: Array<number> = []
  readonly #errors: Array<Omit<RowError, "row">> = []

  get rows(): number {
    return this.#ids.length
  }

  add(ids: ReadonlyArray<Uint8Array>, { message, at }: RowError) {
    for (const id of ids) {
      this.#ids.push(id)
      this.#error.push(this.#errors.length)
    }
    this.#errors.push({ message, ...(at === undefined ? {} : { at }) })
  }

  sections() {
    if (this.rows === 0) return {}
    return { failed: new Uint8Array(Buffer.concat(this.#ids)), error: bytesOf(Int32Array.from(this.#error)) }
  }

  told(): GatherFailures {
    return { errors: this.#errors, groups: this.groups }
  }
}

export interface FailedEntries {
  /** 16 bytes a row. */
  readonly ids: Uint8Array
  /** In the order of the ids. */
  readonly errors: ReadonlyArray<RowError>
}

/** The failed rows of a stored bucket. */
export const failedEntries = (store: Store, { edges, failures }: GatherAction): FailedEntries => {
  if (failures === undefined) return { ids: new Uint8Array(), errors: [] }
  const pack = readPack(store.get(edges))
  const errors = Array.from(int32Of(pack["error"]!), (index, row) => ({ ...failures.errors[index]!, row }))
  return { ids: pack["failed"]!, errors }
}
