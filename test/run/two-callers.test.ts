// Two runs on one store that make the same calls: each is made once, whoever makes it, killed or slow.
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest"
import { asking, CallingProject, callsOf, columnOf } from "./calling-project.ts"
import { ChatServer } from "./chat-server.ts"
import { Engine } from "./engine.ts"
import { digestsOf } from "./temp-run.ts"

let server: ChatServer
beforeAll(async () => {
  server = await ChatServer.start()
})
beforeEach(() => {
  server.answered.length = 0
  server.requests.length = 0
  server.delay = 0
})
afterAll(() => server[Symbol.dispose]())

const many = Array.from({ length: 40 }, (_, i) => `question ${i}`)
const whole = { partitionBytes: 10_000 }

it("share the calls of one pipeline", async () => {
  using project = new CallingProject(server, many)
  using one = new Engine()
  using two = new Engine()
  server.delay = 20
  const file = project.pipeline(asking, whole)
  const calls = project.means({ atOnce: 3 })
  const answers = await Promise.all([project.run(one, file, { calls }), project.run(two, file, { calls })])
  expect(server.took()).toEqual([...many].sort())
  expect(digestsOf(answers[0]!)).toEqual(digestsOf(answers[1]!))
  expect(answers.map((answer) => callsOf(answer)?.bought ?? 0).reduce((a, b) => a + b)).toBe(40)
})

it("of different pipelines buy what both ask for once", async () => {
  using project = new CallingProject(server, many)
  using one = new Engine()
  using two = new Engine()
  server.delay = 20
  const files = [
    project.pipeline(asking, { ...whole, name: "one" }),
    project.pipeline(`Effect.map(model.generate({ prompt: text }), (answer) => ({ answer: answer + "!" }))`, {
      ...whole,
      name: "two"
    })
  ]
  const answers = await Promise.all([project.run(one, files[0]!), project.run(two, files[1]!)])
  expect(server.took()).toEqual([...many].sort())
  expect(columnOf(answers[1]!, "answer")).toEqual(many.map((text) => `reply to ${text}!`))
})

it("wait for a slow one and say so, and take over from one that is killed", async () => {
  using project = new CallingProject(server, many.slice(0, 2))
  using killed = new Engine()
  using heir = new Engine()
  server.delay = 3000
  const file = project.pipeline(asking, whole)
  const dying = killed.ask(project.request(file))
  dying.catch(() => {})
  while (server.busy < 2) await new Promise((done) => setTimeout(done, 10))
  const inheriting = project.run(heir, file)
  await new Promise((done) => setTimeout(done, 2000))
  expect(server.requests.filter(({ messages }) => messages[0]!.content === "question 0")).toHaveLength(1)
  killed.child.kill("SIGKILL")
  server.delay = 0
  const answer = await inheriting
  await expect(dying).rejects.toThrow("SIGKILL")
  expect(columnOf(answer, "answer")).toEqual(["reply to question 0", "reply to question 1"])
  expect(answer.events.filter(({ event }) => event === "waiting")).toEqual([
    {
      event: "waiting",
      node: "test.ask",
      holder: { run: expect.any(String), pid: killed.child.pid, host: expect.any(String) }
    }
  ])
  expect(callsOf(answer)).toMatchObject({ bought: 2, found: 0 })
})
