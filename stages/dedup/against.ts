// The input that dedup stages share: datasets whose rows count as seen before.
import type { Dataset } from "#sluice"

export interface Against {
  /** Say an earlier corpus: rows that it has are dropped. */
  readonly against?: ReadonlyArray<Dataset<unknown>>
}
