// The compiler checks a pipeline: rows are inferred, each wrong use is an error with a readable last line, chains stay linear.
import { describe, expect, it } from "vitest"
import { compile } from "./compile.ts"

const header = `// a wrong use
import { Effect } from "effect"
import * as Schema from "effect/Schema"
import { type Batch, input, keep, opt, split, Stage } from "#sluice"
import { dedup, ingest, train } from "#stages"
import { base, bySource, bare, chunk, counts, decontaminate, exact, faq, gate, gopher, jsonl, lora, Page, pages, redact, suite } from "../stages.ts"
`

const wrong: { readonly [what: string]: readonly [code: string, lastLine: string] } = {
  "missing-column": [
    `pages.pipe(Stage.map({ name: "a.b", needs: { body: Schema.String }, adds: { x: Schema.Int }, apply: () => ({ x: 1 }) })())`,
    "Property 'body' is missing in type '{ readonly id: string; readonly text: string; readonly source: string; }' but required in type '{ readonly body: string; }'."
  ],
  "missing-column-later": [
    "pages.pipe(exact(), chunk(), counts(), gopher())",
    "Property 'text' is missing in type '{ readonly source: string; readonly rows: number; }' but required in type '{ readonly text: string; }'."
  ],
  "misspelt-reason": [
    `Stage.filter({ name: "a.c", needs: { text: Schema.String }, reasons: ["too-short"], decide: () => "too-shor" })`,
    `Type '"too-shor"' is not assignable to type '"too-short" | Keep'. Did you mean '"too-short"'?`
  ],
  "misspelt-reason-expand": [
    `Stage.expand({ name: "a.d", needs: { text: Schema.String }, emits: { x: Schema.Int }, reasons: ["empty"], apply: () => "emty" })`,
    `Type '"emty"' is not assignable to type '"empty" | readonly { readonly x: number; }[]'. Did you mean '"empty"'?`
  ],
  "misspelt-option": [
    "gopher({ minWord: 3 })",
    "Object literal may only specify known properties, but 'minWord' does not exist in type '{ readonly minWords?: number; }'. Did you mean to write 'minWords'?"
  ],
  "misspelt-option-column-stage": [
    'exact({ bye: "text" })',
    `Object literal may only specify known properties, and 'bye' does not exist in type '{ readonly by?: "text"; }'.`
  ],
  "misspelt-option-source": [
    'jsonl({ path: "x", row: Page, bogus: 1 })',
    "Object literal may only specify known properties, and 'bogus' does not exist in type '{ readonly key?: string | undefined; readonly maxArchiveDepth?: number; readonly maxExpandedBytes?: number; readonly member?: string | readonly string[]; readonly partitionBytes?: number; readonly path: string; readonly row: Struct<...>; }'."
  ],
  "misspelt-option-program": [
    "lora({ base: base({ text: pages }), data: pages.pipe(chunk()), rang: 3 })",
    "Object literal may only specify known properties, and 'rang' does not exist in type '{ readonly base: Model; readonly data: Dataset<{ readonly chunk: string; }>; readonly rank?: number; }'."
  ],
  "missing-option-source": [
    "jsonl({ row: Page })",
    "Property 'path' is missing in type '{ row: Schema.Struct<{ readonly id: Schema.String; readonly text: Schema.String; readonly source: Schema.String; }>; }' but required in type '{ readonly key?: string | undefined; readonly maxArchiveDepth?: number; readonly maxExpandedBytes?: number; readonly member?: string | readonly string[]; readonly partitionBytes?: number; readonly path: string; readonly row: Struct<...>; }'."
  ],
  "beside-column-misspelt": [
    `ingest.chat({ path: "x", row: Schema.Struct({ id: Schema.Int }) }).pipe(Stage.map({ name: "a.k", needs: { ids: Schema.Int }, adds: { x: Schema.Int }, apply: () => ({ x: 1 }) })())`,
    'Property \'ids\' is missing in type \'{ readonly messages: readonly { readonly role: "assistant" | "system" | "tool" | "user"; readonly content: string; readonly tool_calls?: readonly { readonly id?: string | undefined; readonly type: "function"; readonly function: { ...; }; }[] | undefined; readonly tool_call_id?: string | undefined; readonly name?: st...\' but required in type \'{ readonly ids: number; }\'.'
  ],
  "wrong-option-type": ['gopher({ minWords: "3" })', "Type 'string' is not assignable to type 'number'."],
  "wrong-input-kind": [
    "lora({ base: pages, data: pages.pipe(chunk()) })",
    `Type '"dataset"' is not assignable to type '"model"'.`
  ],
  "wrong-input-kind-piped": ["pages.pipe(gate())", `Type '"dataset"' is not assignable to type '"report"'.`],
  "input-without-column": [
    "lora({ base: base({ text: pages }), data: pages })",
    "Property 'chunk' is missing in type '{ readonly id: string; readonly text: string; readonly source: string; }' but required in type '{ readonly chunk: string; }'."
  ],
  "column-option-missing": [
    'exact({ by: "nope" })(pages)',
    "Property 'nope' is missing in type '{ readonly id: string; readonly text: string; readonly source: string; }' but required in type '{ readonly nope: string; }'."
  ],
  "split-by-missing": [
    'pages.pipe(split({ by: "nope" }))',
    "Property 'nope' is missing in type '{ readonly id: string; readonly text: string; readonly source: string; }' but required in type '{ readonly nope: string; }'."
  ],
  "rank-of-wrong-type": [
    `pages.pipe(dedup.minhash({ keep: "best", rank: "source" }))`,
    "Type 'string' is not assignable to type 'number'."
  ],
  "rank-missing": [
    `pages.pipe(dedup.exact({ keep: "newest", rank: "seen" }))`,
    "Property 'seen' is missing in type '{ readonly id: string; readonly text: string; readonly source: string; }' but required in type '{ readonly seen: string | number | null; }'."
  ],
  "keep-without-rank": [
    `pages.pipe(dedup.exact({ keep: "best" }))`,
    `Property 'rank' is missing in type '{ keep: "best"; }' but required in type '{ readonly rank: never; }'.`
  ],
  "keep-without-priority": [
    `pages.pipe(dedup.simhash({ keep: "priority", rank: "source" }))`,
    `Property 'priority' is missing in type '{ keep: "priority"; rank: "source"; }' but required in type '{ readonly rank: "source"; readonly priority: readonly string[]; }'.`
  ],
  "cuts-of-missing-column": [
    `pages.pipe(dedup.substring({ by: "nope" }))`,
    "Property 'nope' is missing in type '{ readonly id: string; readonly text: string; readonly source: string; }' but required in type '{ readonly nope: string; }'."
  ],
  "wrong-result": [
    `Stage.map({ name: "a.e", needs: { text: Schema.String }, adds: { x: Schema.Int }, apply: ({ text }) => ({ x: text }) })`,
    "Type 'string' is not assignable to type 'number'."
  ],
  "file-option-is-a-path": [
    `Stage.map({ name: "a.g", needs: {}, options: { list: opt.file() }, adds: { x: Schema.Int }, apply: () => ({ x: 1 }) })({ list: ["a"] })`,
    "Type 'string[]' is not assignable to type 'string'."
  ],
  "file-option-is-seen-as-bytes": [
    `Stage.map({ name: "a.h", needs: {}, options: { list: opt.file() }, adds: { x: Schema.String }, apply: (_, { list }) => ({ x: list }) })`,
    "Type 'Uint8Array<ArrayBufferLike>' is not assignable to type 'string'."
  ],
  "model-option-is-a-model": [
    `pages.pipe(Stage.map({ name: "a.m", needs: {}, options: { model: opt.model() }, adds: { x: Schema.Int }, apply: () => ({ x: 1 }) })({ model: pages }))`,
    `Type '"dataset"' is not assignable to type '"model"'.`
  ],
  "model-option-is-seen-as-files": [
    `Stage.map({ name: "a.n", needs: {}, options: { model: opt.maybeModel() }, adds: { x: Schema.Int }, apply: (_, { model }) => ({ x: model.files.length }) })`,
    "'model' is possibly 'undefined'."
  ],
  "source-of-no-column": [
    `train.lora({ base: base({ text: pages }), data: faq, source: "nope" })`,
    "Property 'nope' is missing in type '{ readonly answer: string; readonly messages: readonly { readonly role: \"assistant\" | \"system\" | \"user\"; readonly content: string; }[]; readonly page: number; readonly question: string; readonly site: string; }' but required in type '{ readonly nope: string; }'."
  ],
  "source-of-numbers": [
    `train.sft({ base: base({ text: pages }), data: faq, source: "page" })`,
    "Type 'number' is not assignable to type 'string'."
  ],
  "mixture-without-source": [
    `train.lora({ base: base({ text: pages }), data: faq, mixture: { temperature: 2 } })`,
    "Property 'source' is missing in type '{ base: Model; data: Dataset<{ readonly answer: string; readonly messages: readonly { readonly role: \"assistant\" | \"system\" | \"user\"; readonly content: string; }[]; readonly page: number; readonly question: string; readonly site: string; }>; mixture: { ...; }; }' but required in type '{ readonly source: never; readonly mixture?: SourceMixture; }'."
  ],
  "limit-of-unknown": [
    `train.lora({ base: base({ text: pages }), data: faq, limits: { forgeting: 1.5 } })`,
    "Object literal may only specify known properties, but 'forgeting' does not exist in type '{ readonly overfitting?: number; readonly forgetting?: number; readonly collapse?: number; readonly misalignment?: number; }'. Did you mean to write 'forgetting'?"
  ],
  "retained-without-text": [
    `train.lora({ base: base({ text: pages }), data: faq, retained: bare })`,
    "Property 'text' is missing in type '{ readonly answer: string; readonly messages: readonly { readonly role: \"assistant\" | \"system\" | \"user\"; readonly content: string; }[]; readonly question: string; }' but required in type '{ readonly text: string; }'."
  ],
  "judge-sees-its-options": [
    `Stage.program({ name: "a.p", inputs: {}, options: { n: opt(Schema.Int, 1) }, emits: "report", run: async () => ({ data: 1 }), judgeOptions: { most: opt(Schema.Int, 1) }, judge: (_, options) => (options.n > 1 ? [] : []) })`,
    "Property 'n' does not exist on type 'Decoded<{ most: OptionSpec<number, false, \"data\">; }>'."
  ],
  "run-does-not-see-them": [
    `Stage.program({ name: "a.q", inputs: {}, emits: "report", run: async ({ options }) => ({ data: options.most }), judgeOptions: { most: opt(Schema.Int, 1) }, judge: () => [] })`,
    "Property 'most' does not exist on type 'Decoded<None>'."
  ],
  "mixture-of-unknown": [
    `train.lora({ base: base({ text: pages }), data: faq, source: "site", mixture: { temperatur: 2 } })`,
    "Object literal may only specify known properties, but 'temperatur' does not exist in type 'SourceMixture'. Did you mean to write 'temperature'?"
  ],
  "source-not-in-validation": [
    `train.lora({ base: base({ text: pages }), tokens: faq.pipe(train.tokens({ model: "models/small" })), validation: bare.pipe(train.tokens({ model: "models/small" })), source: "site" })`,
    "Property 'site' is missing in type '{ readonly answer: string; readonly cut: number; readonly detail: string; readonly ids: Uint8Array<ArrayBufferLike>; readonly mask: Uint8Array<ArrayBufferLike>; ... 4 more ...; readonly tokens: number; }' but required in type '{ readonly site: string; }'."
  ],
  "source-not-in-tokens": [
    `train.ia3({ base: base({ text: pages }), tokens: bare.pipe(train.tokens({ model: "models/small" })), source: "site" })`,
    "Property 'site' is missing in type '{ readonly answer: string; readonly cut: number; readonly detail: string; readonly ids: Uint8Array<ArrayBufferLike>; readonly mask: Uint8Array<ArrayBufferLike>; ... 4 more ...; readonly tokens: number; }' but required in type '{ readonly site: string; }'."
  ],
  "maybe-column-missing": [
    `bySource({ data: bare, source: "site" })`,
    "Property 'site' is missing in type '{ readonly answer: string; readonly messages: readonly { readonly role: \"assistant\" | \"system\" | \"user\"; readonly content: string; }[]; readonly question: string; }' but required in type '{ readonly messages: unknown; readonly site: string; }'."
  ],
  "maybe-column-in-function": [
    `Stage.program({ name: "a.o", inputs: { data: input.dataset({ source: Schema.optionalKey(Schema.String) }) }, options: { source: opt.maybeColumn() }, emits: "report", run: async ({ options }) => ({ data: options.source }) })`,
    "Property 'source' does not exist on type 'Decoded<{ source: OptionSpec<never, false, \"column\">; }>'."
  ],
  "list-option-of-numbers": [
    `Stage.map({ name: "a.i", needs: {}, options: { list: opt.list([]) }, adds: { x: Schema.Int }, apply: (_, { list }) => ({ x: list.length }) })({ list: [1] })`,
    "Type 'number' is not assignable to type 'string'."
  ],
  "model-without-calls": [
    `Stage.map({ name: "a.s", needs: { text: Schema.String }, adds: { x: Schema.String }, apply: ({ text }, _, model) => ({ x: text }) })`,
    "Target signature provides too few arguments. Expected 3 or more, but got 2."
  ],
  "effect-without-calls": [
    `Stage.map({ name: "a.t", needs: { text: Schema.String }, adds: { x: Schema.String }, apply: ({ text }) => Effect.succeed({ x: text }) })`,
    "Property 'x' is missing in type 'Effect<{ x: string; }, never, never>' but required in type '{ readonly x: string; }'."
  ],
  "effect-of-another-row": [
    `Stage.map({ name: "a.u", needs: { text: Schema.String }, adds: { x: Schema.Int }, calls: true, apply: ({ text }, _, model) => Effect.map(model.generate({ prompt: text }), (x) => ({ x })) })`,
    "Type 'string' is not assignable to type 'number'."
  ],
  "effect-that-needs-more": [
    `Stage.map({ name: "a.v", needs: { text: Schema.String }, adds: { x: Schema.String }, calls: true, apply: ({ text }) => Effect.as(Effect.scope, { x: text }) })`,
    "Type 'Scope' is not assignable to type 'never'."
  ],
  "calls-without-a-name": [
    `pages.pipe(Stage.map({ name: "a.w", needs: { text: Schema.String }, adds: { x: Schema.Int }, calls: true, apply: () => ({ x: 1 }) })())`,
    "Expected 1 arguments, but got 0."
  ],
  "calls-on-a-batch": [
    `Stage.map({ name: "a.x", needs: { text: Schema.String }, adds: { x: Schema.Int }, calls: true, applyBatch: (batch: Batch) => batch })`,
    "Type '(batch: Batch) => Batch' is not assignable to type 'never'."
  ],
  "misspelt-setting-of-a-call": [
    `Stage.map({ name: "a.y", needs: { text: Schema.String }, adds: { x: Schema.String }, calls: true, apply: ({ text }, _, model) => Effect.as(model.generate({ prompt: text, temprature: 0 }), { x: text }) })`,
    "Object literal may only specify known properties, but 'temprature' does not exist in type 'Sampling & { readonly sample?: number; } & { readonly prompt: string; readonly messages?: never; } & { readonly schema?: never; }'. Did you mean to write 'temperature'?"
  ],
  "calls-of-a-filter": [
    `Stage.filter({ name: "a.z", needs: { text: Schema.String }, calls: true, reasons: ["short"], decide: () => keep })`,
    "Object literal may only specify known properties, and 'calls' does not exist in type 'Common<{ text: String; }, None, \"short\"> & { readonly reasons: readonly \"short\"[]; readonly measures?: None; readonly measureOptions?: None; readonly measure?: (row: { readonly text: string; }, options: Decoded<...>) => NoInfer<{}>; readonly measureBatch?: (batch: Batch, options: Decoded<...>) => Batch | Promise<......'."
  ],
  "column-name-in-function": [
    `Stage.map({ name: "a.f", needs: { by: Schema.String }, options: { by: opt.column("text") }, adds: { x: Schema.String }, apply: (_, options) => ({ x: options.by }) })`,
    `Property 'by' does not exist on type 'Decoded<{ by: OptionSpec<"text", false, "column">; }>'.`
  ]
}

/** Maps, filters and selects in turn; at the start every fifth step adds a column of its own. */
const chain = (steps: number) => {
  const lines = [
    "// a long pipeline",
    'import * as Schema from "effect/Schema"',
    'import { Stage } from "#sluice"',
    'import { exact, gopher, pages, redact } from "../stages.ts"',
    "const d0 = pages"
  ]
  for (let step = 1; step <= steps; step++) {
    const add = `Stage.map({ name: "a.s${step}", needs: { text: Schema.String }, adds: { c${step}: Schema.Int }, apply: () => ({ c${step}: 1 }) })()`
    const stage = step <= 50 && step % 5 === 0 ? add : ["redact()", "gopher({ minWords: 3 })", "exact()"][step % 3]
    lines.push(`export const d${step} = d${step - 1}.pipe(${stage})`)
  }
  return `${lines.join("\n")}\n`
}

const given = Object.entries(wrong).map(([name, [code]]) => [`${name}.ts`, `${header}${code}\n`])
const compiled = compile(Object.fromEntries(given), ["valid.ts"])

describe("a pipeline that is right", () => {
  it("compiles", () => {
    expect(compiled.errors["valid.ts"]).toBeUndefined()
    expect(compiled.errors["stages.ts"]).toBeUndefined()
  })
})

describe("a wrong use is an error", () => {
  it.each(Object.entries(wrong))("%s", (name, [, lastLine]) => {
    expect(compiled.errors[`${name}.ts`]).toEqual([lastLine])
  })

  it("each, and nothing else is", () => {
    expect(Object.keys(compiled.errors).sort()).toEqual(
      Object.keys(wrong)
        .map((name) => `${name}.ts`)
        .sort()
    )
  })
})

describe("a pipeline of 300 steps", () => {
  const [none, hundred, threeHundred] = [0, 100, 300].map((steps) => {
    const { errors, counts } = compile({ "chain.ts": chain(steps) })
    expect(errors["chain.ts"] ?? []).toEqual([])
    return counts["Instantiations"]!
  }) as [number, number, number]

  it("compiles within its budget of type instantiations", () => {
    expect(threeHundred - none).toBeLessThan(100_000)
  })

  it("costs no more than its share of a shorter one", () => {
    expect((threeHundred - none) / (hundred - none)).toBeLessThan(3.3)
  })
})
