// Places the nodes of an acyclic graph in layers: ranks by longest path, order by barycenter, positions by least squares.
import { type BoxSize, orderLayers, type Slot } from "./layer-order.ts"

export interface Link {
  readonly from: string
  readonly to: string
}

export interface PlacedBox extends BoxSize {
  readonly rank: number
  /** Left and top. */
  readonly x: number
  readonly y: number
}

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Layout {
  readonly width: number
  readonly height: number
  readonly boxes: ReadonlyMap<string, PlacedBox>
  /** One route per link, in the order given; it goes down from the first point to the last. */
  readonly routes: ReadonlyArray<ReadonlyArray<Point>>
}

export interface Spacing {
  /** Between layers, where the labels of links stand. */
  readonly rankGap: number
  readonly boxGap: number
  /** Room that a link takes where it passes a layer. */
  readonly linkWidth: number
}

const slot = (box: BoxSize | undefined, width: number, rank: number): Slot => ({
  box,
  width,
  up: [],
  down: [],
  rank,
  x: 0
})

/** The rank of each node: the length of the longest path that leads to it. */
export const longestPathRanks = (ids: ReadonlyArray<string>, links: ReadonlyArray<Link>): Map<string, number> => {
  const ranks = new Map(ids.map((id) => [id, 0]))
  const waiting = new Map(ids.map((id) => [id, 0]))
  for (const { to } of links) waiting.set(to, waiting.get(to)! + 1)
  const below = Map.groupBy(links, ({ from }) => from)
  const ready = ids.filter((id) => waiting.get(id) === 0)
  for (const id of ready) {
    for (const { to } of below.get(id) ?? []) {
      ranks.set(to, Math.max(ranks.get(to)!, ranks.get(id)! + 1))
      waiting.set(to, waiting.get(to)! - 1)
      if (waiting.get(to) === 0) ready.push(to)
    }
  }
  if (ready.length < ids.length) throw new Error("a graph with a cycle has no layers")
  return ranks
}

/**
 * The positions nearest to the wanted ones (least squares) that keep the order and the distances: isotonic regression
 * by pooling neighbours that are in each other's way.
 */
export const spread = (
  wanted: ReadonlyArray<number>,
  weights: ReadonlyArray<number>,
  distances: ReadonlyArray<number>
): ReadonlyArray<number> => {
  const pools: Array<{ sum: number; weight: number; size: number }> = []
  const offsets: Array<number> = []
  let offset = 0
  wanted.forEach((x, at) => {
    if (at > 0) offset += distances[at - 1]!
    offsets.push(offset)
    const weight = weights[at]!
    let pool = { sum: (x - offset) * weight, weight, size: 1 }
    let before = pools.at(-1)
    while (before !== undefined && before.sum / before.weight > pool.sum / pool.weight) {
      pools.pop()
      pool = { sum: before.sum + pool.sum, weight: before.weight + pool.weight, size: before.size + pool.size }
      before = pools.at(-1)
    }
    pools.push(pool)
  })
  return pools
    .flatMap(({ sum, weight, size }) => new Array<number>(size).fill(sum / weight))
    .map((x, at) => x + offsets[at]!)
}

const mean = (slots: ReadonlyArray<Slot>): number => slots.reduce((sum, { x }) => sum + x, 0) / slots.length

const position = (layers: ReadonlyArray<ReadonlyArray<Slot>>, boxGap: number) => {
  const settle = (layer: ReadonlyArray<Slot>, side: "up" | "down") => {
    const wanted = layer.map((one) => (one[side].length === 0 ? one.x : mean(one[side])))
    const weights = layer.map((one) => (one.box === undefined ? 4 : 1) * (one[side].length === 0 ? 0.1 : 1))
    const distances = layer.slice(1).map((one, at) => (layer[at]!.width + one.width) / 2 + boxGap)
    spread(wanted, weights, distances).forEach((x, at) => {
      layer[at]!.x = x
    })
  }
  for (let round = 0; round < 8; round++) {
    for (const layer of layers) settle(layer, "up")
    if (round < 7) for (const layer of layers.toReversed()) settle(layer, "down")
  }
}

/** Where the links of a box meet its upper or lower side: apart, in the order of where they go. */
const ports = (own: Slot, others: ReadonlyArray<Slot>): ReadonlyArray<number> => {
  const step = Math.min(70, (own.width * 0.66) / Math.max(1, others.length - 1))
  const order = others.map((_, at) => at).sort((a, b) => others[a]!.x - others[b]!.x || a - b)
  const places: Array<number> = new Array(others.length).fill(own.x)
  order.forEach((at, nth) => {
    places[at] = own.x + (nth - (others.length - 1) / 2) * step
  })
  return places
}

/** Lays out a graph from top to bottom. Boxes never overlap, and long links pass between them. */
export const layeredLayout = (boxes: ReadonlyArray<BoxSize>, links: ReadonlyArray<Link>, spacing: Spacing): Layout => {
  const ranks = longestPathRanks(
    boxes.map(({ id }) => id),
    links
  )
  const depth = Math.max(0, ...ranks.values()) + (boxes.length === 0 ? 0 : 1)
  const layers: Array<Array<Slot>> = Array.from({ length: depth }, () => [])
  const slots = new Map(boxes.map((box) => [box.id, slot(box, box.width, ranks.get(box.id)!)]))
  for (const one of slots.values()) layers[one.rank]!.push(one)
  const chains = links.map(({ from, to }) => {
    const [source, target] = [slots.get(from)!, slots.get(to)!]
    const chain = { slots: [source], leaves: source.down.length, arrives: target.up.length }
    for (let rank = source.rank + 1; rank < target.rank; rank++) {
      const passing = slot(undefined, spacing.linkWidth, rank)
      layers[rank]!.push(passing)
      chain.slots.push(passing)
    }
    chain.slots.push(target)
    chain.slots.slice(1).forEach((lower, at) => {
      chain.slots[at]!.down.push(lower)
      lower.up.push(chain.slots[at]!)
    })
    return chain
  })
  const ordered = orderLayers(layers)
  position(ordered, spacing.boxGap)
  return place(ordered, chains, spacing)
}

/** The way of a link through the layers, and which of its ends' links it is. */
interface Chain {
  readonly slots: ReadonlyArray<Slot>
  readonly leaves: number
  readonly arrives: number
}

const place = (layers: ReadonlyArray<ReadonlyArray<Slot>>, chains: ReadonlyArray<Chain>, spacing: Spacing): Layout => {
  const all = layers.flat()
  const shift = all.length === 0 ? 0 : -Math.min(...all.map(({ x, width }) => x - width / 2))
  for (const one of all) one.x += shift
  const tops: Array<number> = []
  const heights = layers.map((layer) => Math.max(...layer.map(({ box }) => box?.height ?? 0)))
  heights.reduce((y, height, at) => {
    tops[at] = y
    return y + height + spacing.rankGap
  }, 0)
  const placed = new Map<string, PlacedBox>()
  for (const { box, x, rank } of all)
    if (box !== undefined)
      placed.set(box.id, {
        ...box,
        rank,
        x: x - box.width / 2,
        y: tops[rank]! + (heights[rank]! - box.height) / 2
      })
  const leaving = new Map(all.map((one) => [one, ports(one, one.down)]))
  const arriving = new Map(all.map((one) => [one, ports(one, one.up)]))
  const routes = chains.map(({ slots, leaves, arrives }) =>
    slots.flatMap((one, at): ReadonlyArray<Point> => {
      if (one.box === undefined) {
        const top = tops[one.rank]!
        return [
          { x: one.x, y: top },
          { x: one.x, y: top + heights[one.rank]! }
        ]
      }
      const box = placed.get(one.box.id)!
      return at === 0
        ? [{ x: leaving.get(one)![leaves]!, y: box.y + box.height }]
        : [{ x: arriving.get(one)![arrives]!, y: box.y }]
    })
  )
  return {
    width: all.length === 0 ? 0 : Math.max(...all.map(({ x, width }) => x + width / 2)),
    height: layers.length === 0 ? 0 : tops.at(-1)! + heights.at(-1)!,
    boxes: placed,
    routes
  }
}
