// The select behind a dedup stage that cuts, as tests call it: from texts to the cuts of each.
import { makeHandle } from "#src/stage/handle.ts"
import { decodedDefaults as defaults, type Select, tableOf } from "../declared.ts"

export type Found = ReadonlyArray<ReadonlyArray<{ readonly from: number; readonly to: number; readonly of: string }>>

interface Node {
  readonly call: {
    readonly declaration: Select & { readonly prepareOptions: object; readonly options: object }
    readonly inputs: { readonly rows?: Node }
  }
}

/** The first stage of the chain that a call makes. */
export const foundIn = (stage: unknown) => {
  const rows = makeHandle("dataset", { declaration: {} as never, options: {}, inputs: {} })
  let node = (stage as () => (rows: unknown) => Node)()(rows)
  while (node.call.inputs.rows?.call.inputs.rows !== undefined) node = node.call.inputs.rows
  const { declaration } = node.call
  return {
    declaration,
    cuts: (
      texts: ReadonlyArray<string>,
      options: object,
      against: ReadonlyArray<ReadonlyArray<string>> = []
    ): Found => {
      const table = (part: ReadonlyArray<string>) =>
        tableOf(part.map((by) => declaration.prepare({ by }, options as never)))
      const resolve = declaration.resolve as unknown as (
        tables: object,
        options: object,
        verdicts: object
      ) => {
        readonly cuts: { readonly values: Found }
      }
      return resolve({ rows: table(texts), against: against.map(table) }, options, {}).cuts.values
    }
  }
}

export const decodedDefaults = ({ declaration }: ReturnType<typeof foundIn>): object =>
  defaults({ ...declaration.prepareOptions, ...declaration.options } as never)
