// What all stage constructors do: declare a stage at its place, and divide a call into inputs and options.
import { callSite } from "./call-site.ts"
import type { Declaration, Kind } from "./declaration.ts"
import { type Dataset, type InputValue, isHandle, makeHandle } from "./handle.ts"

const defaults = { options: {}, inputs: {}, needs: {}, reasons: [], impure: undefined }

/** The kinds whose row function, or whose resolve, sees `options`; a filter's decide sees scores alone. */
const asking: ReadonlySet<Kind> = new Set(["map", "expand", "select"])

/** A declaration with its defaults filled in and the place where it is made. */
export const declare = (kind: Kind, given: object): Declaration => {
  const declaration = { ...defaults, ...given, kind, site: callSite() } as unknown as Declaration
  const model = Object.entries(declaration.options).find((option) => option[1].kind === "model")
  if (model !== undefined && !asking.has(kind)) {
    const instead =
      kind === "filter" ? "measureOptions" : kind === "program" ? "its inputs, as input.model()" : "a map or a filter"
    throw new TypeError(`${declaration.name}: a model is no option of a ${kind}; "${model[0]}" belongs to ${instead}`)
  }
  const open = Object.entries(declaration.options).find(([, spec]) => spec.kind === "column" && !spec.fallback)
  if (open !== undefined && kind !== "program")
    throw new TypeError(`${declaration.name}: a ${kind} reads all of its columns; give "${open[0]}" a default`)
  return declaration
}

/** A call of a stage: what it was given, told apart into inputs and options. */
export const divide = (declaration: Declaration, args: { readonly [name: string]: unknown } = {}) => {
  const options: Record<string, unknown> = {}
  const inputs: Record<string, InputValue> = {}
  for (const [name, value] of Object.entries(args)) {
    // A model may be given as a handle, which is an input, or as a path, which is an option.
    if (name in declaration.inputs || isHandle(value)) inputs[name] = value as InputValue
    else options[name] = value
  }
  return { declaration, options, inputs }
}

/** What a pipeline calls for the kinds that read one dataset and give one. */
export const onRows = (declaration: Declaration) =>
  Object.assign(
    (args?: { readonly [name: string]: unknown }) => (dataset: Dataset<unknown>) => {
      const call = divide(declaration, args)
      return makeHandle("dataset", { ...call, inputs: { rows: dataset, ...call.inputs } })
    },
    { declaration }
  ) as never
