// Several runs at once on one store: what is done once, what happens to a holder that is killed or paused, who writes the ref.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { describe, expect, it } from "vitest"
import type { PipelineRef } from "../../src/run/node-record.ts"
import { Store } from "../../src/store/store.ts"
import { Engine } from "./engine.ts"
import { run, SharedStore } from "./shared-store.ts"
import { runTogether } from "./together.ts"
import { digestsOf } from "./temp-run.ts"

const lines = Array.from({ length: 60 }, (_, i) => `line ${i} is ${(i * 37) % 10}`)
const once = (names: ReadonlyArray<string>) => new Map(names.map((name) => [name, 1]))
/** A resolve is called once for its verdicts; where its code is new, twice more to see whether it has a memory. */
const resolvedOnce = ["resolve", 3] as const
const groups = [..."0123456789"].map((key) => `group ${key}`)

/** Rows counted apart from the rest. */
const apart = (counts: ReadonlyMap<string, number>) => {
  const rows = [...counts].filter(([line]) => line.startsWith("row "))
  return { rows, others: new Map([...counts].filter(([line]) => !line.startsWith("row ")).sort()) }
}

describe("two runs at once", () => {
  it("of one pipeline do programs, resolves and groups once, and share the rows", async () => {
    using shared = new SharedStore(lines)
    using one = new Engine()
    using two = new Engine()
    const file = shared.pipeline("both", { slowly: 20, first: 200, together: 10, learn: 20, steps: 5 })
    const answers = await Promise.all([run(shared, one, file), run(shared, two, file)])
    const { rows, others } = apart(shared.counts())
    expect(others).toEqual(new Map([...once([...groups, "learn from step 0"]), resolvedOnce]))
    const computed = answers.map(({ nodes }) => nodes.find(({ name }) => name === "counted.slowly")!.rows.computed)
    // Each run's memory check calls some rows again, the fewer there are the oftener: eight times at most.
    expect(rows.map(([, times]) => times).every((times) => times <= 2 + 2 * 8)).toBe(true)
    expect(computed[0]! + computed[1]!).toBeGreaterThanOrEqual(60)
    // Row-local work takes no lease: at worst each run does all of it.
    expect(computed[0]! + computed[1]!).toBeLessThanOrEqual(120)
    expect(digestsOf(answers[0]!)).toEqual(digestsOf(answers[1]!))
    expect(answers.map(({ damage }) => damage)).toEqual([[], []])
    const cold = await run(shared, one, file, { storeRoot: join(shared.folder, "cold") })
    expect(digestsOf(answers[0]!)).toEqual(digestsOf(cold))
  })

  it("of different pipelines with the same work do it once", async () => {
    using shared = new SharedStore(lines)
    using one = new Engine()
    using two = new Engine()
    const work = { first: 200, together: 10, learn: 20, steps: 5 }
    const files = [shared.pipeline("one", work), shared.pipeline("two", work)]
    const answers = await Promise.all([run(shared, one, files[0]!), run(shared, two, files[1]!)])
    const { others } = apart(shared.counts())
    expect(others).toEqual(new Map([...once([...groups, "learn from step 0"]), resolvedOnce]))
    expect(digestsOf(answers[0]!)).toEqual(digestsOf(answers[1]!))
    expect(new Store(join(shared.folder, "store")).refNames()).toEqual(["one", "two"])
  })

  it("say that they wait, for whom, and whose result they took", async () => {
    using shared = new SharedStore(lines)
    using one = new Engine()
    using two = new Engine()
    const file = shared.pipeline("both", { learn: 300, steps: 10 })
    const answering = run(shared, one, file)
    await shared.logged("learn from step 0")
    const answer = await run(shared, two, file)
    const first = await answering
    const began = first.events.find((event) => event.event === "started")!
    const waiting = answer.events.filter(({ event }) => event === "waiting")
    expect(waiting).toEqual([
      {
        event: "waiting",
        node: "counted.learn",
        holder: { run: began.run, pid: one.child.pid, host: expect.any(String) }
      }
    ])
    const summary = answer.nodes.find(({ name }) => name === "counted.learn")!
    expect(summary).toMatchObject({ verdict: "hit", by: began.run, rows: { computed: 0, reused: summary.rows.in } })
    expect(first.nodes.find(({ name }) => name === "counted.learn")).toMatchObject({ verdict: "run" })
    expect(first.events.filter(({ event }) => event === "waiting")).toEqual([])
  })

  it("write the ref whole: it is that of the run that finished last", async () => {
    using shared = new SharedStore(lines)
    using one = new Engine()
    using two = new Engine()
    const files = [shared.pipeline("both", { slowly: 1 }), shared.pipeline("both", { learn: 5 })]
    for (let round = 0; round < 3; round++) {
      const engines = [one, two]
      const answers = await Promise.all(engines.map((engine, i) => run(shared, engine, files[i]!)))
      const finished = answers.map(({ events }) => events.find((event) => event.event === "finished")!)
      const ref = new Store(join(shared.folder, "store")).ref<PipelineRef>("both")!
      const last = finished.findIndex((event) => event.run === ref.run)
      const told = readFileSync(join(shared.folder, "store", "runs", ref.run, "ref.json"), "utf8")
      expect(JSON.stringify(ref)).toBe(told)
      expect(Object.fromEntries(Object.entries(ref.outputs).map(([name, { digest }]) => [name, digest]))).toEqual(
        digestsOf(answers[last]!)
      )
    }
  })
})

describe("a run whose program another run waits for", () => {
  it("and that is killed is followed by the other from its last checkpoint", async () => {
    using shared = new SharedStore(lines)
    using one = new Engine()
    using two = new Engine()
    const file = shared.pipeline("both", { learn: 100, steps: 20 })
    const killed = run(shared, one, file).catch(() => "killed")
    await shared.logged("learn from step 0")
    const following = run(shared, two, file)
    await sleep(900)
    one.child.kill("SIGKILL")
    expect(await killed).toBe("killed")
    const answer = await following
    const begun = [...shared.counts()].filter(([line]) => line.startsWith("learn"))
    expect(begun.map(([line]) => line)).toEqual(["learn from step 0", expect.stringMatching(/^learn from step [1-9]/)])
    expect(answer.nodes.find(({ name }) => name === "counted.learn")).toMatchObject({ verdict: "run" })
    const cold = await run(shared, two, file, { storeRoot: join(shared.folder, "cold") })
    expect(digestsOf(answer)).toEqual(digestsOf(cold))
  })

  it("and that is paused publishes nothing when it wakes up, and takes the other's result", async () => {
    using shared = new SharedStore(lines)
    using one = new Engine()
    using two = new Engine()
    const file = shared.pipeline("both", { learn: 100, steps: 20, unique: true })
    const paused = run(shared, one, file, { beat: 20 })
    await shared.logged("learn from step 0")
    await sleep(500)
    one.child.kill("SIGSTOP")
    const answer = await run(shared, two, file, { beat: 20 })
    one.child.kill("SIGCONT")
    const woken = await paused
    expect(woken.outputs["model"]).toEqual(answer.outputs["model"])
    expect(woken.nodes.find(({ name }) => name === "counted.learn")).toMatchObject({ verdict: "hit" })
    expect(answer.nodes.find(({ name }) => name === "counted.learn")).toMatchObject({ verdict: "run" })
    const begun = [...shared.counts()].filter(([line]) => line.startsWith("learn"))
    expect(begun.map(([line]) => line)).toEqual(["learn from step 0", expect.stringMatching(/^learn from step [1-9]/)])
    const again = await run(shared, one, file)
    expect(again.outputs["model"]).toEqual(answer.outputs["model"])
    expect(new Set(again.nodes.map(({ verdict }) => verdict))).toEqual(new Set(["hit"]))
  })
})

it("eight runs at once do programs, resolves and groups once, round after round", () =>
  runTogether({ processes: 8, rounds: 2 }))
