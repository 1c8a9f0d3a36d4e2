// Corrections of LoRA and DoRA added into the matrices they stand beside, in f64.
import { ModelError } from "../../model-error.ts"
import type { Weight } from "../../weights.ts"
import type { MergeTarget } from "./adapter.ts"
import { ownHead } from "./own-head.ts"

/** Length of each row of W + scale · B A, in f64; of W alone without matrices. W [out, in]. */
export const rowNorms = (
  data: Float32Array,
  [out, width]: readonly [number, number],
  correction?: (row: number) => Float64Array
): Float64Array =>
  Float64Array.from({ length: out }, (_, row) => {
    const added = correction?.(row)
    let total = 0
    for (let column = 0; column < width; column++) {
      const value = data[row * width + column]! + (added?.[column] ?? 0)
      total += value * value
    }
    return Math.sqrt(total)
  })

/** Row `row` of scale · B A in f64. */
const correctionRow = (up: Weight, down: Weight, scale: number, row: number): Float64Array => {
  const [rank, width] = down.shape as [number, number]
  const sum = new Float64Array(width)
  for (let inner = 0; inner < rank; inner++) {
    const factor = scale * up.data[row * rank + inner]!
    for (let column = 0; column < width; column++) sum[column]! += factor * down.data[inner * width + column]!
  }
  return sum
}

/** The correction of one linear layer. */
export interface LinearCorrection {
  readonly module: string
  readonly down: Weight
  readonly up: Weight | undefined
  readonly magnitudes: Weight | undefined
  readonly scale: number
}

/** W + scale · B A, its rows scaled to DoRA's magnitudes where there are some; untouched weights are shared, not copied. */
export const mergeLinear = (target: MergeTarget, correction: LinearCorrection): MergeTarget => {
  const { module, down, up, magnitudes, scale } = correction
  const result = ownHead(target, module)
  const base = result.weights.get(`${module}.weight`)
  if (base === undefined || up === undefined) {
    throw new ModelError("SLUICE_ADAPTER_MISMATCH", `The adapter changes ${module}, which the base does not have.`)
  }
  const size = base.shape as unknown as readonly [number, number]
  const [out, width] = size
  const rowOf = (row: number): Float64Array => correctionRow(up, down, scale, row)
  const norms = magnitudes && rowNorms(base.data, size, rowOf)
  const data = new Float32Array(base.data.length)
  for (let index = 0; index < out; index++) {
    const row = rowOf(index)
    const factor = norms === undefined ? 1 : magnitudes!.data[index]! / norms[index]!
    for (let column = 0; column < width; column++) {
      data[index * width + column] = factor * (base.data[index * width + column]! + row[column]!)
    }
  }
  return { ...result, weights: new Map(result.weights).set(`${module}.weight`, { shape: base.shape, data }) }
}
