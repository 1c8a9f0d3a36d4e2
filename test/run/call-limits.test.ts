// What a service answers besides replies, what calls may cost, and how a run ends that cannot go on.
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { asking, CallingProject, callsOf, columnOf } from "./calling-project.ts"
import { ChatServer } from "./chat-server.ts"
import { Engine } from "./engine.ts"

let server: ChatServer
let engine: Engine
beforeAll(async () => {
  server = await ChatServer.start()
  engine = new Engine({ TINY_KEY: "secret" })
})
beforeEach(() => {
  server.answered.length = 0
  server.requests.length = 0
  server.keys.length = 0
  server.mostBusy = 0
  server.delay = 0
  server.mood = () => undefined
})
afterAll(() => {
  engine[Symbol.dispose]()
  server[Symbol.dispose]()
})

const lines = Array.from({ length: 12 }, (_, i) => `line ${String(i).padStart(2, "0")}`)
const whole = { partitionBytes: 10_000 }

/** Answers the first requests about a line otherwise. */
const first = (times: number, mood: ReturnType<ChatServer["mood"]>, line = "line 03") => {
  let left = times
  server.mood = (_, prompt) => (prompt === line && left-- > 0 ? mood : undefined)
}

describe("a service", () => {
  it.each([
    ["has too much to do", { status: 429, headers: { "retry-after": "0.01" } }],
    ["fails", { status: 503, text: "overloaded" }],
    ["closes the connection", "drop"],
    ["answers garbage", { body: "<html>" }],
    ["gives no choice", { body: "{}" }]
  ] as const)("that %s is asked again", async (_, mood) => {
    using project = new CallingProject(server, lines)
    first(2, mood)
    const answer = await project.run(engine, project.pipeline(asking, whole))
    expect(columnOf(answer, "answer")).toEqual(lines.map((line) => `reply to ${line}`))
    expect(callsOf(answer)).toMatchObject({ bought: 12, retried: 2 })
  })

  it("that gives no answer in time is asked again", async () => {
    using project = new CallingProject(server, lines.slice(0, 4))
    first(1, "hang")
    const answer = await project.run(engine, project.pipeline(asking, whole), {
      calls: project.means({ seconds: 0.3 })
    })
    expect(callsOf(answer)).toMatchObject({ bought: 4, retried: 1 })
  })

  it("that refuses one prompt makes its row fail, which alone is tried again", async () => {
    using project = new CallingProject(server, lines)
    first(1, { status: 400, text: "too long" })
    const error = await project.fail(engine, project.pipeline(asking, whole))
    expect(error).toMatchObject({ code: "SLUICE_FAILED_ROWS", message: "test.ask: 1 of 12 rows failed" })
    expect(error.evidence[0]).toMatch(/line 4\): http:\S+\/v1\/chat\/completions answered 400: too long$/)
    expect(server.took()).toHaveLength(11)
    const answer = await project.run(engine, project.pipeline(asking, whole))
    expect(server.took()).toEqual(["line 03"])
    expect(columnOf(answer, "answer")).toEqual(lines.map((line) => `reply to ${line}`))
  })

  it("that does not know the key ends the run with the first answer", async () => {
    using project = new CallingProject(server, lines)
    server.mood = () => ({ status: 401, text: "who are you" })
    const error = await project.fail(engine, project.pipeline(asking, whole), {
      calls: project.means({ atOnce: 1 }),
      maxFailed: 1
    })
    expect(error).toMatchObject({
      code: "SLUICE_SERVICE",
      message: '"tiny" does not answer',
      evidence: [`${server.url}/chat/completions answered 401: who are you`, "replies and finished rows are kept"]
    })
    expect(server.requests).toHaveLength(1)
  })

  it("that is down ends the run, and what was answered before is kept", async () => {
    using project = new CallingProject(server, lines)
    server.mood = (_, prompt) => (prompt > "line 05" ? { status: 500 } : undefined)
    const calls = project.means({ atOnce: 2 })
    const error = await project.fail(engine, project.pipeline(asking, whole), { calls, maxFailed: 1 })
    expect(error).toMatchObject({ code: "SLUICE_SERVICE", message: '"tiny" does not answer 3 calls in a row' })
    expect(server.took()).toHaveLength(6)
    server.mood = () => undefined
    await project.run(engine, project.pipeline(asking, whole))
    expect(server.took()).toEqual(lines.slice(6))
  })

  it("is asked by so many calls at once as it may be, with its key and its name for the model", async () => {
    using project = new CallingProject(server, lines)
    server.delay = 30
    const calls = project.means({ atOnce: 3, keyVariable: "TINY_KEY", served: "org/tiny-it" })
    await project.run(engine, project.pipeline(asking), { workers: 2, calls })
    expect(server.mostBusy).toBe(3)
    expect(new Set(server.keys)).toEqual(new Set(["Bearer secret"]))
    expect(new Set(server.requests.map(({ model }) => model))).toEqual(new Set(["org/tiny-it"]))
    // Where it is reached and what it is called there is in no key.
    await project.run(engine, project.pipeline(asking), { storeRoot: project.store })
    expect(server.requests).toHaveLength(12)
  })
})

describe("before anything runs", () => {
  it("it must be said where a model is reached", async () => {
    using project = new CallingProject(server, lines)
    const error = await project.fail(engine, project.pipeline(asking), { calls: { endpoints: {} } })
    expect(error).toMatchObject({
      code: "SLUICE_NO_MODEL",
      message: 'test.ask calls the model "tiny": it is not said where that is reached',
      evidence: [
        "a profile would have:",
        "{",
        '  "models": {',
        '    "tiny": {',
        '      "url": "http://127.0.0.1:8000/v1"',
        "    }",
        "  }",
        "}"
      ],
      hint: "write these lines with your address to profiles/NAME.json and run with --profile NAME, or set SLUICE_MODELS"
    })
  })

  it("the key must be there, and a price where there is a budget", async () => {
    using project = new CallingProject(server, lines)
    const file = project.pipeline(asking)
    expect(await project.fail(engine, file, { calls: project.means({ keyVariable: "NO_SUCH_KEY" }) })).toMatchObject({
      code: "SLUICE_NO_MODEL",
      message: 'the key of "tiny" is not there: NO_SUCH_KEY is not set'
    })
    expect(await project.fail(engine, file, { calls: project.means({}, { money: 1 }) })).toMatchObject({
      code: "SLUICE_BAD_OPTION",
      message: 'a budget in money needs the price of "tiny"'
    })
    expect(server.requests).toEqual([])
  })
})

describe("a budget", () => {
  it("of calls ends the run when they are made; the next goes on", async () => {
    using project = new CallingProject(server, lines)
    const calls = project.means({ budget: { calls: 5 } })
    const error = await project.fail(engine, project.pipeline(asking, whole), { calls, maxFailed: 1 })
    expect(error).toMatchObject({
      code: "SLUICE_BUDGET",
      message: 'the budget is reached: 5 calls of "tiny" of 5',
      evidence: ["replies and finished rows are kept"]
    })
    expect(server.took()).toHaveLength(5)
    await project.fail(engine, project.pipeline(asking, whole), { calls })
    expect(server.took()).toHaveLength(5)
    const answer = await project.run(engine, project.pipeline(asking, whole), { calls })
    expect(server.took()).toHaveLength(2)
    expect(columnOf(answer, "answer")).toEqual(lines.map((line) => `reply to ${line}`))
  })

  it("of money is not gone beyond, and what it came to is said", async () => {
    using project = new CallingProject(server, lines)
    // A prompt has 7 tokens, a reply 16: 7 and 32 of money.
    const price = { input: 1e6, output: 2e6 }
    const body = `Effect.map(model.generate({ prompt: text, maxTokens: 16 }), (answer) => ({ answer }))`
    const calls = project.means({ price, atOnce: 4 }, { money: 100 })
    const error = await project.fail(engine, project.pipeline(body, whole), { calls })
    expect(error.message).toBe("the budget is reached: 2 calls of all models cost 78.00 of 100.00")
    expect(server.took()).toHaveLength(2)
    const rest = { calls: project.means({ price }, { money: 1000 }) }
    const answer = await project.run(engine, project.pipeline(body, whole), rest)
    expect(callsOf(answer)).toMatchObject({ bought: 10, money: 390 })
  })

  it("cannot be slipped past by a stage that catches everything", async () => {
    using project = new CallingProject(server, lines)
    const body = `Effect.catchCause(Effect.map(model.generate({ prompt: text }), (answer) => ({ answer })), () => Effect.succeed({ answer: "none" }))`
    const calls = project.means({ budget: { calls: 3 } })
    expect(await project.fail(engine, project.pipeline(body, whole), { calls })).toMatchObject({
      code: "SLUICE_BUDGET"
    })
    const answer = await project.run(engine, project.pipeline(body, whole))
    expect(columnOf(answer, "answer")).toEqual(lines.map((line) => `reply to ${line}`))
  })
})

it("a cell that was changed on the disk is bought again, and the run says so", async () => {
  using project = new CallingProject(server, lines)
  await project.run(engine, project.pipeline(asking, whole))
  server.took()
  const folder = join(project.store, "cells")
  const path = join(folder, readdirSync(folder)[0]!)
  const bytes = readFileSync(path)
  bytes[bytes.indexOf("reply to line 07")]! ^= 1
  writeFileSync(path, bytes)
  const louder = `Effect.map(model.generate({ prompt: text }), (answer) => ({ answer: answer + "!" }))`
  const answer = await project.run(engine, project.pipeline(louder, whole))
  expect(server.took()).toEqual(["line 07"])
  expect(columnOf(answer, "answer")).toEqual(lines.map((line) => `reply to ${line}!`))
  const warnings = answer.events.filter(({ event }) => event === "warning")
  expect(warnings).toMatchObject([{ code: "SLUICE_DAMAGED", paths: [path] }])
})
