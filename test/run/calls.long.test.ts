// Runs that call a model, killed again and again at random moments: no reply that had come is ever asked for again.
import { expect, it } from "vitest"
import { asking, CallingProject, columnOf } from "./calling-project.ts"
import { ChatServer } from "./chat-server.ts"
import { Engine } from "./engine.ts"
import { Random } from "./random-numbers.ts"

const lines = Array.from({ length: 100 }, (_, i) => `question ${i}`)
const atOnce = 4

it.each([1, 2, 3])(
  "killed at random moments (seed %i)",
  async (seed) => {
    using server = await ChatServer.start()
    using project = new CallingProject(server, lines)
    const random = new Random(seed)
    server.delay = 30
    const request = project.request(project.pipeline(asking, { partitionBytes: 1000 }), {
      workers: 2,
      calls: project.means({ atOnce })
    })
    let kills = 0
    while (new Set(server.answered).size < lines.length - 10) {
      using engine = new Engine()
      const asked = server.answered.length
      const running = engine.ask(request)
      running.catch(() => {})
      while (server.answered.length === asked) await new Promise((done) => setTimeout(done, 2))
      await new Promise((done) => setTimeout(done, random.between(0, 300)))
      engine.child.kill("SIGKILL")
      await running.catch(() => {})
      kills++
      // What was on its way is answered to nobody.
      while (server.busy > 0) await new Promise((done) => setTimeout(done, 5))
    }
    using engine = new Engine()
    const answer = await engine.run(request)
    expect(columnOf(answer, "answer")).toEqual(lines.map((line) => `reply to ${line}`))
    expect(kills).toBeGreaterThan(2)
    expect(server.answered.length - lines.length).toBeLessThanOrEqual(kills * atOnce)
    expect(answer.events.filter(({ event }) => event === "warning")).toEqual([])
  },
  120_000
)
