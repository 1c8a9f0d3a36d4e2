// Stages that call a model: what is bought, what is never bought again, and what a killed run keeps.
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest"
import { asking, CallingProject, callsOf, columnOf } from "./calling-project.ts"
import { ChatServer } from "./chat-server.ts"
import { Engine } from "./engine.ts"
import { computedOf } from "./temp-run.ts"

let server: ChatServer
let engine: Engine
beforeAll(async () => {
  server = await ChatServer.start()
  engine = new Engine()
})
beforeEach(() => {
  server.answered.length = 0
  server.delay = 0
  server.mood = () => undefined
})
afterAll(() => {
  engine[Symbol.dispose]()
  server[Symbol.dispose]()
})

const numbers = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
const replies = (prompts: ReadonlyArray<string>) => prompts.map((prompt) => `reply to ${prompt}`)

it("asks about each row once, and about edited rows alone", async () => {
  using project = new CallingProject(server, numbers)
  const first = await project.run(engine, project.pipeline(asking), { workers: 2 })
  expect(columnOf(first, "answer")).toEqual(replies(numbers))
  expect(server.took()).toEqual([...numbers].sort())
  expect(callsOf(first)).toEqual({ bought: 10, found: 0, retried: 0, input: 39, output: 39 + 10 * 9 })
  const again = await project.run(engine, project.pipeline(asking))
  expect(new Set(again.nodes.map(({ verdict }) => verdict))).toEqual(new Set(["hit"]))
  project.lines([...numbers.slice(0, 9), "eleven"])
  const edited = await project.run(engine, project.pipeline(asking))
  expect(server.took()).toEqual(["eleven"])
  expect(computedOf(edited)["test.ask"]).toBe(1)
})

it("buys nothing again where the code around a call is edited, and only what is asked otherwise", async () => {
  using project = new CallingProject(server, numbers)
  await project.run(engine, project.pipeline(asking))
  server.took()
  const louder = `Effect.map(model.generate({ prompt: text }), (answer) => ({ answer: answer.toUpperCase() }))`
  const edited = await project.run(engine, project.pipeline(louder))
  expect(computedOf(edited)["test.ask"]).toBe(10)
  expect(columnOf(edited, "answer")).toEqual(replies(numbers).map((reply) => reply.toUpperCase()))
  expect(callsOf(edited)).toMatchObject({ bought: 0, found: 10 })
  expect(server.took()).toEqual([])
  const politely = `Effect.map(model.generate({ prompt: text.startsWith("t") ? \`please \${text}\` : text }), (answer) => ({ answer }))`
  const asked = await project.run(engine, project.pipeline(politely))
  expect(server.took()).toEqual(["please ten", "please three", "please two"])
  expect(callsOf(asked)).toMatchObject({ bought: 3, found: 7 })
})

it("that is interrupted keeps what is on its way, and nothing is bought twice", async () => {
  using project = new CallingProject(server, numbers)
  using stopped = new Engine()
  server.delay = 300
  const whole = { partitionBytes: 10_000 }
  const stopping = stopped.ask(
    project.request(project.pipeline(asking, whole), { calls: project.means({ atOnce: 4 }) })
  )
  while (server.busy < 4) await new Promise((done) => setTimeout(done, 5))
  stopped.child.kill("SIGINT")
  expect((await stopping).error).toBeDefined()
  const before = server.took()
  expect(before).toHaveLength(4)
  server.delay = 0
  const finished = await project.run(engine, project.pipeline(asking, whole))
  expect(callsOf(finished)).toMatchObject({ bought: 6, found: 4 })
  expect([...before, ...server.took()].sort()).toEqual([...numbers].sort())
})

it("that is killed keeps every reply: the next run buys what is missing", async () => {
  using project = new CallingProject(server, numbers)
  using killed = new Engine()
  server.delay = 20
  // One partition, so that no row was kept when the process died: only cells.
  const whole = { partitionBytes: 10_000 }
  const dying = killed.ask(project.request(project.pipeline(asking, whole), { calls: project.means({ atOnce: 1 }) }))
  dying.catch(() => {})
  while (server.answered.length < 5) await new Promise((done) => setTimeout(done, 5))
  killed.child.kill("SIGKILL")
  await expect(dying).rejects.toThrow("SIGKILL")
  server.delay = 0
  await new Promise((done) => setTimeout(done, 50))
  const before = server.took()
  const finished = await project.run(engine, project.pipeline(asking, whole))
  expect(columnOf(finished, "answer")).toEqual(replies(numbers))
  const after = server.took()
  // The call that was on its way when the process died may have been answered without anybody there to hear it.
  expect(before.length + after.length).toBeLessThanOrEqual(numbers.length + 1)
  expect(new Set([...before, ...after])).toEqual(new Set(numbers))
  const { bought, found } = callsOf(finished)!
  expect([bought, bought + found]).toEqual([after.length, 10])
})
