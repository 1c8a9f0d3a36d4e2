// How the train and evaluate stages are written in a pipeline: calls give handles, and planning loads no engine.
import { execFileSync } from "node:child_process"
import * as Schema from "effect/Schema"
import { expect, expectTypeOf, test } from "vitest"
import { type Dataset, type Model, type Report, Stage } from "#sluice"
import { evaluate, train } from "#stages"

const documents = Stage.source({
  name: "test.documents",
  emits: { text: Schema.String },
  list: () => [],
  frame: () => ({ count: 0, record: () => new Uint8Array(), place: () => ({ line: 1 }) }),
  parse: () => ({ text: "" })
})
const toChat = Stage.map({
  name: "test.chat",
  needs: { text: Schema.String },
  adds: { messages: Schema.Array(Schema.Struct({ role: Schema.String, content: Schema.String })) },
  apply: ({ text }) => ({ messages: [{ role: "user", content: text }] })
})

test("a pipeline from texts to a gated report", () => {
  const texts = documents()
  const chats = texts.pipe(toChat())
  expectTypeOf(chats).toExtend<Dataset<{ readonly text: string }>>()
  const base = train.base({ data: texts, steps: 10 })
  const tuned = train.sft({ base, data: chats, epochs: 1 })
  const adapter = train.lora({ base, data: chats, rank: 4 })
  expectTypeOf(adapter).toEqualTypeOf<Model>()
  const report = evaluate
    .suite({ models: { base, tuned, adapter }, on: chats })
    .pipe(evaluate.gate({ better: "tuned", than: "base" }), evaluate.gate({ metric: "tuned/f1", atLeast: 0.1 }))
  expectTypeOf(report).toEqualTypeOf<Report>()
  expect(report.call.declaration.name).toBe("evaluate.gate")
  expect(adapter.call).toMatchObject({ options: { rank: 4 }, inputs: { base } })
  const table = chats.pipe(train.tokens({ model: base, supervise: "assistant" }))
  expectTypeOf(table).toExtend<Dataset<{ readonly text: string; readonly ids: Uint8Array; readonly tokens: number }>>()
  expect(train.sft({ base, tokens: table }).call.inputs).toEqual({ base, tokens: table })
  // @ts-expect-error a dataset without messages cannot be trained on
  train.sft({ base, data: texts })
  // @ts-expect-error a dataset without ids is no token table
  train.sft({ base, tokens: chats })
  // @ts-expect-error conversations and a table at once
  train.lora({ base, data: chats, tokens: table })
  // @ts-expect-error documents without messages are no conversations
  texts.pipe(train.tokens({ model: base }))
})

test("importing the stages loads neither the engine nor its runtime", () => {
  const program = `
    const { train, evaluate } = await import("#stages")
    const loaded = process.moduleLoadList.filter((name) => name.includes("onnx"))
    const libraries = process.report.getReport().sharedObjects.filter((name) => name.includes("onnx"))
    console.log(typeof train.base, typeof evaluate.suite, loaded.length, libraries.length)`
  expect(
    execFileSync(process.execPath, ["--input-type=module", "-e", program], {
      encoding: "utf8",
      cwd: new URL(".", import.meta.url)
    })
  ).toBe("function function 0 0\n")
})
