// What the last run made of each partition is told by its records: the results themselves are not read again.
import { afterAll, expect, it } from "vitest"
import { type NodeRecord, type PipelineRef, refsOf, type RowRefs } from "../../src/run/node-record.ts"
import { Store } from "../../src/store/store.ts"
import type { CallSpec } from "./fixtures/build.ts"
import { Engine } from "./engine.ts"
import { digestsOf, TempRun } from "./temp-run.ts"

const engine = new Engine()
afterAll(() => engine[Symbol.dispose]())

const words = (edited: string) => Array.from({ length: 60 }, (_, n) => (n === 40 ? edited : `word number ${n}`))

/** A finished run over several partitions, and the keys of what each node made of them. */
const finished = async () => {
  const temp = new TempRun(engine)
  temp.lines("a.txt", words("elm"))
  const calls: Array<CallSpec> = temp.chain("trim", "long", "distinct")
  const source = { ...calls[0]!, options: { ...calls[0]!.options, partitionBytes: 100 } }
  const pipeline = [source, ...calls.slice(1)]
  await temp.run(pipeline)
  const store = new Store(temp.path("store"))
  const ref = store.ref<PipelineRef>(store.refNames()[0]!)!
  const partitions = (node: string) =>
    refsOf<RowRefs>(store, store.action<NodeRecord>(ref.nodes[node]!)!).partitions.map(({ action }) => action)
  return { temp, pipeline, store, partitions }
}

it("takes partitions from the record of the last run, though their own results are gone", async () => {
  const { temp, pipeline, store, partitions } = await finished()
  using _ = temp
  const gone = [...partitions("source"), ...partitions("trim"), ...partitions("long")]
  expect(gone.length).toBeGreaterThan(9)
  const cold = await temp.cold(pipeline)
  temp.lines("a.txt", words("oak tree"))
  for (const key of gone) store.removeAction(key)
  const run = await temp.run(pipeline)
  expect(digestsOf(run)).toEqual(await temp.cold(pipeline))
  expect(digestsOf(run)).not.toEqual(cold)
  for (const { name, partitions: parts } of run.nodes!.filter(({ name }) => name !== "distinct"))
    expect(parts.hit, name).toBeGreaterThan(2)
})
