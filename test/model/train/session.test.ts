// Runs that are told where to write: nothing is copied, and what went wrong is still said.
import { expect, test } from "vitest"
import { widened } from "../../../src/model/train/product.ts"
import { floatValue, halfValue, Session } from "../../../src/model/train/session.ts"
import { TensorGraph } from "../../../src/model/train/tensor-graph.ts"

const size = 4 * 2 ** 20

const counting = (): TensorGraph => {
  const graph = new TensorGraph()
  const count = graph.input("count", [size])
  const next = graph.emit("Add", [count, graph.scalar(1)], [size])
  graph.output(next, "count")
  graph.output(graph.emit("ReduceMax", [next], [], { attributes: { keepdims: 0 } }), "most")
  return graph
}

test("what a run writes in place is not copied; other outputs come back", async () => {
  const session = await Session.compile(counting(), { resident: new Set(["count"]) })
  const count = floatValue(new Float32Array(size), [size])
  for (let run = 1; run <= 3; run++) {
    const before = process.memoryUsage().arrayBuffers
    const results = await session.run({ count }, { count })
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20)
    expect(results.count).toBe(count)
    expect([count.data[0], count.data.at(-1), results.most!.data[0]]).toEqual([run, run, run])
  }
  await session.dispose()
})

test("without a place to write the same comes back in fresh memory", async () => {
  const session = await Session.compile(counting(), { resident: new Set(["count"]) })
  const count = floatValue(new Float32Array(size).fill(5), [size])
  const { count: next, most } = await session.run({ count })
  expect([count.data[7], next!.data[7], most!.data[0]]).toEqual([5, 6, 6])
  await session.dispose()
})

test("a run that fails says so", async () => {
  const session = await Session.compile(counting(), { resident: new Set(["count"]) })
  const short = floatValue(new Float32Array(3), [3])
  await expect(session.run({ count: short }, { count: short })).rejects.toThrow(/invalid dimensions/i)
  await session.dispose()
})

test("a value of 16 bits is read where it lies", async () => {
  const graph = new TensorGraph()
  graph.output(widened(graph, graph.input("half", [2], "float16")), "wide")
  const session = await Session.compile(graph)
  const all = Float16Array.of(9, 1 / 3, 65_504, 9)
  const half = halfValue(all.subarray(1, 3), [2])
  expect((await session.run({ half })).wide!.data).toEqual(Float32Array.of(Math.f16round(1 / 3), 65_504))
  all[1] = -0.5
  expect((await session.run({ half })).wide!.data).toEqual(Float32Array.of(-0.5, 65_504))
  await session.dispose()
})
