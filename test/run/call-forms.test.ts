// What stages ask and get: values that fit a schema, several samples, conversations, children, memory between rows.
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest"
import { CallingProject, callsOf, columnOf } from "./calling-project.ts"
import { ChatServer } from "./chat-server.ts"
import { Engine } from "./engine.ts"

let server: ChatServer
let engine: Engine
beforeAll(async () => {
  server = await ChatServer.start()
  engine = new Engine()
})
beforeEach(() => {
  server.answered.length = 0
  server.requests.length = 0
  server.mood = () => undefined
})
afterAll(() => {
  engine[Symbol.dispose]()
  server[Symbol.dispose]()
})

const lines = ["dawn", "noon", "dusk"]
const rated = `Effect.map(
    model.generate({ prompt: text, schema: Schema.Struct({ score: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5 })) }) }),
    ({ score }) => ({ score })
  )`
const scores = { definition: "adds: { score: Schema.Int }", partitionBytes: 10_000 }

it("a value is told to the service as JSON Schema, and read out of a fence", async () => {
  using project = new CallingProject(server, lines)
  server.mood = (_, prompt) => ({ reply: prompt === "noon" ? '```json\n{"score": 3}\n```' : '{"score": 5}' })
  const answer = await project.run(engine, project.pipeline(rated, scores))
  expect(columnOf(answer, "score")).toEqual([5, 3, 5])
  expect(server.requests[0]!.response_format!.json_schema.schema).toMatchObject({
    type: "object",
    properties: { score: { type: "integer", minimum: 0, maximum: 5 } },
    required: ["score"]
  })
})

it("a reply that does not fit is asked for three times; then the row fails, and no run buys it again", async () => {
  using project = new CallingProject(server, lines)
  let tries = 0
  server.mood = (_, prompt) => {
    if (prompt === "dawn") return { reply: tries++ === 0 ? '{"score": 9}' : '{"score": 1}' }
    return { reply: prompt === "noon" ? "about three" : '{"score": 2}' }
  }
  const error = await project.fail(engine, project.pipeline(rated, scores))
  expect(error.message).toBe("test.ask: 1 of 3 rows failed")
  expect(error.evidence[0]).toMatch(/line 2\): 3 replies did not fit the schema; the last: /)
  expect(server.took()).toEqual(["dawn", "dawn", "dusk", "noon", "noon", "noon"])
  const caught = `Effect.catchTag(${rated}, "ReplyMisfit", ({ replies }) => Effect.succeed({ score: -replies.length }))`
  const answer = await project.run(engine, project.pipeline(caught, scores))
  expect(columnOf(answer, "score")).toEqual([1, -3, 2])
  expect(server.took()).toEqual([])
})

it("samples, settings and turns each make a call of their own", async () => {
  using project = new CallingProject(server, ["dawn"])
  const body = `Effect.map(
    Effect.all([
      model.generate({ prompt: text }),
      model.generate({ prompt: text }),
      model.generate({ prompt: text, sample: 1 }),
      model.generate({ prompt: text, temperature: 0 }),
      model.generate({ prompt: text, maxTokens: 5 }),
      model.generate({ messages: [{ role: "system", content: "be brief" }, { role: "user", content: text }] }),
      model.generate({ messages: [{ role: "user", content: text }] })
    ], { concurrency: "unbounded" }),
    (all) => ({ answer: all.join("|") })
  )`
  const answer = await project.run(engine, project.pipeline(body))
  expect(callsOf(answer)).toMatchObject({ bought: 5, found: 2 })
  expect(
    server.requests.map(({ temperature, max_tokens, messages }) => [temperature, max_tokens, messages.length])
  ).toEqual(
    expect.arrayContaining([
      [undefined, undefined, 1],
      [0, undefined, 1],
      [undefined, 5, 1],
      [undefined, undefined, 2]
    ])
  )
})

it("Effect may be imported by name", async () => {
  using project = new CallingProject(server, lines)
  const effect = 'import { Effect } from "effect"'
  const body = `Effect.gen(function* () {
    const first = yield* model.generate({ prompt: text })
    return { answer: yield* model.generate({ prompt: \`\${first}?\` }) }
  })`
  const answer = await project.run(engine, project.pipeline(body, { effect }))
  expect(columnOf(answer, "answer")).toEqual(lines.map((line) => `reply to reply to ${line}?`))
})

it("a row that needs no call gives its value without an Effect", async () => {
  using project = new CallingProject(server, lines)
  const body = `text === "noon" ? { answer: "12" } : Effect.map(model.generate({ prompt: text }), (answer) => ({ answer }))`
  const answer = await project.run(engine, project.pipeline(body))
  expect(columnOf(answer, "answer")).toEqual(["reply to dawn", "12", "reply to dusk"])
  expect(server.took()).toEqual(["dawn", "dusk"])
})

it("an expand makes rows of replies, or drops its row for a reason", async () => {
  using project = new CallingProject(server, lines)
  server.mood = (_, prompt) => ({ reply: prompt === "noon" ? "nothing" : `${prompt} 1\n${prompt} 2` })
  const body = `Effect.map(model.generate({ prompt: text }), (reply) => reply === "nothing" ? "silent" as const : reply.split("\\n").map((answer) => ({ answer })))`
  const definition = 'emits: { answer: Schema.String },\n  reasons: ["silent"]'
  const answer = await project.run(engine, project.pipeline(body, { kind: "expand", definition }))
  expect(columnOf(answer, "answer")).toEqual(["dawn 1", "dawn 2", "dusk 1", "dusk 2"])
  expect(answer.nodes.find(({ name }) => name === "test.ask")!.reasons).toEqual({ silent: 1 })
  expect(server.took()).toEqual(["dawn", "dusk", "noon"])
})

it("a function with a memory is found without a call: what it asks then was never asked", async () => {
  using project = new CallingProject(server, ["dawn", "noon", "dusk", "night"])
  const body = `{
    seen.set(text, seen.size)
    return Effect.map(model.generate({ prompt: \`\${seen.get(text)} \${text}\` }), (answer) => ({ answer }))
  }`
  const file = project.pipeline(body, { partitionBytes: 10_000, before: "const seen = new Map<string, number>()" })
  const error = await project.fail(engine, file)
  expect(error.code).toBe("SLUICE_NOT_ROW_LOCAL")
  expect(server.took()).toEqual(["0 dawn", "1 noon", "2 dusk", "3 night"])
})

it("an error of the author's fails the row, with its place", async () => {
  using project = new CallingProject(server, lines)
  const body = `Effect.map(model.generate({ prompt: text }), (answer) => {
    if (text === "noon") throw new Error("cannot read it")
    return { answer }
  })`
  const error = await project.fail(engine, project.pipeline(body))
  expect(error.evidence[0]).toMatch(/line 2\): cannot read it \(ask\d+\.ts:\d+\)$/)
})
