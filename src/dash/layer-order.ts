// The order of nodes within their layers: barycenter sweeps, of which the one with the fewest crossings is kept.

export interface BoxSize {
  readonly id: string
  readonly width: number
  readonly height: number
}

/** A box, or the place where a long link passes a layer. */
export interface Slot {
  readonly box: BoxSize | undefined
  readonly width: number
  readonly up: Array<Slot>
  readonly down: Array<Slot>
  rank: number
  /** Centre. */
  x: number
}

/** How many pairs of links cross between neighbouring layers. */
export const crossings = (layers: ReadonlyArray<ReadonlyArray<Slot>>): number => {
  let total = 0
  for (const layer of layers.slice(0, -1)) {
    const lower = new Map(layers[layers.indexOf(layer) + 1]!.map((slot, at) => [slot, at]))
    const ends = layer.flatMap((slot) => slot.down.map((one) => lower.get(one)!).sort((a, b) => a - b))
    for (let i = 0; i < ends.length; i++) for (let j = i + 1; j < ends.length; j++) if (ends[i]! > ends[j]!) total++
  }
  return total
}

const sorted = (
  layer: ReadonlyArray<Slot>,
  neighbours: ReadonlyArray<Slot>,
  side: "up" | "down"
): ReadonlyArray<Slot> => {
  const place = new Map(neighbours.map((slot, at) => [slot, at]))
  const weights = new Map(
    layer.map((slot, at) => {
      const near = slot[side]
      const sum = near.reduce((total, one) => total + place.get(one)!, 0)
      return [slot, near.length === 0 ? at : sum / near.length]
    })
  )
  return layer.toSorted((a, b) => weights.get(a)! - weights.get(b)!)
}

/** The layers with their slots in an order of few crossings; of equals, the one nearest to where links come from. */
export const orderLayers = (layers: ReadonlyArray<ReadonlyArray<Slot>>): ReadonlyArray<ReadonlyArray<Slot>> => {
  let best = layers
  let fewest = crossings(layers)
  const keep = (now: ReadonlyArray<ReadonlyArray<Slot>>, ties: boolean) => {
    const met = crossings(now)
    if (met > fewest || (met === fewest && !ties)) return
    fewest = met
    best = [...now]
  }
  const current = [...layers]
  for (let round = 0; round < 8 && fewest > 0; round++) {
    for (let rank = 1; rank < current.length; rank++) current[rank] = sorted(current[rank]!, current[rank - 1]!, "up")
    keep(current, true)
    for (let rank = current.length - 2; rank >= 0; rank--)
      current[rank] = sorted(current[rank]!, current[rank + 1]!, "down")
    keep(current, false)
  }
  return best
}
