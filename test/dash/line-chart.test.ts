// Line charts: ticks at round numbers, lines within the frame, and no chart breaks on odd series.
import { expect, test } from "vitest"
import { lineChart, ticks } from "../../src/dash/line-chart.ts"
import { type CurvePoint, thin } from "../../src/dash/training.ts"

test("ticks are round and within the range", () => {
  expect(ticks(0, 10, 5)).toEqual([0, 2, 4, 6, 8, 10])
  expect(ticks(4.9, 8.6, 4)).toEqual([5, 6, 7, 8])
  expect(ticks(0, 0.006, 3)).toEqual([0, 0.002, 0.004, 0.006])
  expect(ticks(-1, 1, 4)).toEqual([-1, -0.5, 0, 0.5, 1])
  expect(ticks(3, 3, 4)).toEqual([3])
})

const chart = (points: ReadonlyArray<CurvePoint>) =>
  lineChart({ title: "loss", x: "step", y: "loss", points, width: 360, height: 200 }).text

const coordinates = (svg: string) =>
  [...svg.matchAll(/ d="([^"]*)"/g)].flatMap(([, path]) =>
    [...path!.matchAll(/[ML](\S+) (\S+?)(?=[ML]|$)/g)].map(([, x, y]) => [Number(x), Number(y)] as const)
  )

test.each([
  ["a falling loss", Array.from({ length: 50 }, (_, at): CurvePoint => [at + 1, 8 / (at + 1)])],
  ["one step", [[1, 2]]],
  [
    "a constant",
    [
      [1, 3],
      [2, 3],
      [3, 3]
    ]
  ],
  [
    "zeros",
    [
      [1, 0],
      [2, 0]
    ]
  ],
  [
    "tiny values",
    [
      [1, 1e-9],
      [2, 3e-9]
    ]
  ],
  [
    "huge values",
    [
      [1, 1e12],
      [2, -1e12]
    ]
  ]
] satisfies ReadonlyArray<readonly [string, ReadonlyArray<CurvePoint>]>)("%s stays in its frame", (_, points) => {
  const svg = chart(points)
  expect(svg).not.toContain("NaN")
  expect(svg).not.toContain("Infinity")
  const drawn = coordinates(svg)
  expect(drawn).toHaveLength(points.length)
  for (const [x, y] of drawn) {
    expect(x).toBeGreaterThanOrEqual(0)
    expect(x).toBeLessThanOrEqual(360)
    expect(y).toBeGreaterThanOrEqual(0)
    expect(y).toBeLessThanOrEqual(200)
  }
})

test("the last value stands at the end of the line", () => {
  expect(
    chart([
      [1, 8],
      [2, 6.23]
    ])
  ).toMatch(/class="line-value"[^>]*>6\.23</)
})

test("thinning keeps ends and spikes, in order", () => {
  const points = Array.from({ length: 10_000 }, (_, at): CurvePoint => [at, at === 7_777 ? 99 : Math.sin(at / 500)])
  const kept = thin(points, 300)
  expect(kept.length).toBeLessThanOrEqual(300)
  expect(kept).toContain(points[7_777])
  expect([kept[0], kept.at(-1)]).toEqual([points[0], points.at(-1)])
  expect(kept.map(([step]) => step)).toEqual(kept.map(([step]) => step).toSorted((a, b) => a - b))
  expect(thin(points.slice(0, 300), 300)).toHaveLength(300)
})
