// The layout of graphs: nothing overlaps, links go down and keep clear of boxes, on hundreds of random graphs.
import { describe, expect, test } from "vitest"
import { layeredLayout, type Layout, type Link, longestPathRanks, spread } from "../../src/dash/layered-layout.ts"

const spacing = { rankGap: 30, boxGap: 20, linkWidth: 8 }

/** Numbers below 1 from a seed. */
const random = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
}

const randomGraph = (seed: number) => {
  const next = random(seed)
  const size = 1 + Math.floor(next() * 60)
  const boxes = Array.from({ length: size }, (_, at) => ({
    id: `n${at}`,
    width: 60 + Math.floor(next() * 200),
    height: 20 + Math.floor(next() * 40)
  }))
  const links: Array<Link> = []
  for (let to = 1; to < size; to++)
    for (let count = Math.floor(next() * 3.5); count > 0; count--)
      links.push({ from: `n${Math.max(0, to - 1 - Math.floor(next() ** 3 * to))}`, to: `n${to}` })
  return { boxes, links }
}

const overlaps = ({ boxes }: Layout): ReadonlyArray<string> => {
  const all = [...boxes.values()]
  return all.flatMap((a, at) =>
    all
      .slice(at + 1)
      .filter(
        (b) => a.x < b.x + b.width - 1e-6 && b.x < a.x + a.width - 1e-6 && a.y < b.y + b.height && b.y < a.y + a.height
      )
      .map((b) => `${a.id} ${b.id}`)
  )
}

describe("random graphs", () => {
  const graphs = Array.from({ length: 200 }, (_, seed) => ({ seed, ...randomGraph(seed) }))

  test.each(graphs)("graph $seed", ({ boxes, links }) => {
    const layout = layeredLayout(boxes, links, spacing)
    expect(overlaps(layout)).toEqual([])
    for (const { x, y, width, height } of layout.boxes.values()) {
      expect(x).toBeGreaterThanOrEqual(-1e-6)
      expect(x + width).toBeLessThanOrEqual(layout.width + 1e-6)
      expect(y).toBeGreaterThanOrEqual(0)
      expect(y + height).toBeLessThanOrEqual(layout.height + 1e-6)
    }
    expect(layout.routes).toHaveLength(links.length)
    links.forEach(({ from, to }, at) => {
      const [source, target] = [layout.boxes.get(from)!, layout.boxes.get(to)!]
      const route = layout.routes[at]!
      expect(source.rank).toBeLessThan(target.rank)
      expect(route[0]!.y).toBe(source.y + source.height)
      expect(route.at(-1)!.y).toBe(target.y)
      for (const [end, box] of [[route[0]!, source] as const, [route.at(-1)!, target] as const]) {
        expect(end.x).toBeGreaterThanOrEqual(box.x)
        expect(end.x).toBeLessThanOrEqual(box.x + box.width)
      }
      for (const point of route.slice(1, -1))
        for (const box of layout.boxes.values()) {
          const inside = point.y > box.y && point.y < box.y + box.height
          if (inside) expect(point.x <= box.x || point.x >= box.x + box.width).toBe(true)
        }
    })
  })
})

test("a chain stands in one column", () => {
  const ids = ["a", "b", "c", "d"]
  const boxes = ids.map((id) => ({ id, width: 100, height: 40 }))
  const links = ids.slice(1).map((to, at) => ({ from: ids[at]!, to }))
  const layout = layeredLayout(boxes, links, spacing)
  expect([...layout.boxes.values()].map(({ x, y }) => [x, y])).toEqual([
    [0, 0],
    [0, 70],
    [0, 140],
    [0, 210]
  ])
  expect([layout.width, layout.height]).toEqual([100, 250])
})

test("crossing links are untangled", () => {
  const boxes = ["a", "b", "x", "y"].map((id) => ({ id, width: 50, height: 20 }))
  const { boxes: placed } = layeredLayout(
    boxes,
    [
      { from: "a", to: "y" },
      { from: "b", to: "x" }
    ],
    spacing
  )
  expect(Math.sign(placed.get("a")!.x - placed.get("b")!.x)).toBe(Math.sign(placed.get("y")!.x - placed.get("x")!.x))
})

test("two links between the same nodes run apart", () => {
  const boxes = ["a", "b"].map((id) => ({ id, width: 100, height: 20 }))
  const twice = [
    { from: "a", to: "b" },
    { from: "a", to: "b" }
  ]
  const { routes } = layeredLayout(boxes, twice, spacing)
  expect(routes[0]![0]!.x).toBeLessThan(routes[1]![0]!.x)
  expect(routes[0]!.at(-1)!.x).toBeLessThan(routes[1]!.at(-1)!.x)
})

test("ranks are longest paths; a cycle has none", () => {
  const ranks = longestPathRanks(
    ["a", "b", "c"],
    [
      { from: "a", to: "c" },
      { from: "a", to: "b" },
      { from: "b", to: "c" }
    ]
  )
  expect(Object.fromEntries(ranks)).toEqual({ a: 0, b: 1, c: 2 })
  expect(() =>
    longestPathRanks(
      ["a", "b"],
      [
        { from: "a", to: "b" },
        { from: "b", to: "a" }
      ]
    )
  ).toThrow("cycle")
})

test("no graph, no size", () => {
  expect(layeredLayout([], [], spacing)).toEqual({ width: 0, height: 0, boxes: new Map(), routes: [] })
})

test("places in each other's way are pushed apart evenly, others stay", () => {
  expect(spread([0, 0, 100], [1, 1, 1], [10, 10])).toEqual([-5, 5, 100])
  expect(spread([0, 0], [3, 1], [10])).toEqual([-2.5, 7.5])
})
