// Loss spikes of a training for the report: the steps that stand out, and some of their rows with the places they come from.
import { Origins, placeText } from "../lineage/origin.ts"
import type { PastRun } from "../lineage/past-run.ts"
import { type LedgerStep, rowsOfStep, spikesOf } from "../lineage/steps.ts"

export interface SpikeReport {
  readonly step: number
  readonly loss: number
  /** Median loss of the steps before it. */
  readonly usual: number
  readonly gradNorm: number
  /** Rows that the step saw. */
  readonly rows: number
  /** Some of them, with the places in input files that they go back to. */
  readonly shown: ReadonlyArray<{ readonly id: string; readonly places: ReadonlyArray<string> }>
}

/** Spikes that are told, the highest above what is usual, and rows of each that are shown. */
const [mostSpikes, mostRows, mostPlaces] = [3, 8, 3]

/** The spikes of a ledger; none where it does not say which rows steps saw. */
export const gatherSpikes = (
  past: PastRun,
  node: string,
  steps: ReadonlyArray<LedgerStep>
): ReadonlyArray<SpikeReport> => {
  if (steps.some(({ rowIds }) => rowIds === undefined)) return []
  const highest = spikesOf(steps)
    .toSorted((a, b) => b.deviations - a.deviations)
    .slice(0, mostSpikes)
  if (highest.length === 0) return []
  const origins = new Origins(past)
  return highest
    .toSorted((a, b) => a.step - b.step)
    .map((spike) => {
      const rowIds = [...new Set(spike.rowIds)]
      const { step, loss, usual, gradNorm } = spike
      const shown = rowsOfStep(origins, node, { ...spike, rowIds: rowIds.slice(0, mostRows) }).map(
        ({ id, sources }) => ({
          id,
          places: sources.slice(0, mostPlaces).map(placeText)
        })
      )
      return { step, loss, usual, gradNorm, rows: rowIds.length, shown }
    })
}
