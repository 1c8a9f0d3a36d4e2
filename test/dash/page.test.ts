// The page from made-up data: hostile texts everywhere, nothing trained, nothing run, many nodes, a gate that stayed shut.
import { expect, test } from "vitest"
import { readEvaluation } from "../../src/dash/evaluation.ts"
import { fitText } from "../../src/dash/graph-figure.ts"
import { shellWord } from "../../src/dash/audit-section.ts"
import { renderPage } from "../../src/dash/page.ts"
import type { ReportData, ReportNode } from "../../src/dash/report-data.ts"
import { fullRows } from "./full-rows.ts"
import { checkPage } from "./page-check.ts"

const evil = `"><script>alert(1)</script><img src='https://example.invalid/x' onerror=alert(2)>\u0000\ud800&amp;`

const node = (name: string, more: Partial<ReportNode> = {}): ReportNode => ({
  name,
  stage: name,
  kind: "filter",
  emits: "dataset",
  totals: { in: 10, kept: 6, dropped: 2, merged: 1, failed: 1, out: 6 },
  reasons: {},
  options: {},
  passed: true,
  ...more
})

const data = (more: Partial<ReportData> = {}): ReportData => {
  const nodes = more.nodes ?? [node("only", { kind: "source" })]
  return {
    pipeline: "made-up",
    file: "pipelines/made-up.ts",
    sets: {},
    nodes,
    edges: [],
    outputs: [{ name: "out", node: nodes[0]!.name, part: null, kind: "dataset", rows: 6, digest: "ab12" }],
    trainings: [],
    evaluations: [],
    otherReports: [],
    audit: { sources: [], losses: [], accepted: [], example: null },
    rows: null,
    environment: [],
    lastRun: null,
    times: {
      finished: null,
      seconds: null,
      nodes: Object.fromEntries(nodes.map(({ name }) => [name, { lastRun: null, computed: 1 }]))
    },
    ...more
  }
}

test("without models, a journal or a row to trace, the page still stands", () => {
  const { text, elements } = checkPage(renderPage(data()))
  expect(text).not.toContain("Training")
  expect(text).not.toContain("Comparison")
  expect(text).not.toContain("Trace a row")
  expect(elements.get("section")).toBe(5)
})

test("a pipeline of models alone has a headline too", () => {
  const outputs = [{ name: "m", node: "only", part: null, kind: "model", rows: null, digest: "ab" }] as const
  expect(checkPage(renderPage(data({ outputs }))).text).toContain("0 records were read from 0 files.")
})

test("a training in mixed precision says how many steps it skipped, and draws the loss scale", () => {
  const curve = (name: "loss" | "lossScale") => ({ name, points: [[1, 2] as const, [2, 1] as const], trend: [] })
  const training = {
    node: "second",
    steps: 2,
    firstLoss: 2,
    finalLoss: 1,
    closingLoss: null,
    mixedPrecision: { skippedSteps: 1, lossScale: 32_768 },
    tokens: null,
    supervisedTokens: null,
    parameters: null,
    trainedParameters: null,
    rows: { used: 1, skipped: { "step-skipped": 1 } },
    documents: null,
    exampleRow: null,
    curves: [curve("loss"), curve("lossScale")],
    sources: [],
    signals: [],
    probes: [],
    spikes: []
  }
  const { text } = checkPage(renderPage(data({ trainings: [training] })))
  expect(text).toContain("f16; 1 step skipped, loss scale 32,768 at the end")
  expect(text).toContain("1 used, 1 step-skipped")
  expect(renderPage(data({ trainings: [training] }))).toContain("loss scale of ")
  const plain = checkPage(renderPage(data({ trainings: [{ ...training, mixedPrecision: null }] })))
  expect(plain.text).not.toContain("f16")
})

test("hostile texts stay texts wherever they stand", () => {
  const interval = { estimate: 1, low: 0, high: 2 }
  const evaluation = readEvaluation({
    examples: 1,
    skipped: { [evil]: 1 },
    baseline: evil,
    models: { [evil]: { [evil]: interval, f1: interval }, b: { f1: interval } },
    comparisons: [{ first: "b", second: evil, sameTokens: false, f1: { ...interval, p: 1 } }],
    samples: [{ id: evil, question: evil, reference: evil, answers: { [evil]: evil } }],
    gates: [{ passed: false, sentence: evil }]
  })!
  const source = { node: evil, patterns: [evil], files: 1, records: 1, rows: 1 }
  const folder = { folder: evil, files: 1, records: 1 }
  const page = renderPage(
    data({
      pipeline: evil,
      file: evil,
      sets: { [evil]: evil },
      nodes: [node(evil, { reasons: { [evil]: 3 } }), node("second")],
      edges: [{ from: evil, to: "second", input: evil, label: evil, part: evil, rows: 1 }],
      outputs: [{ name: evil, node: evil, part: evil, kind: "dataset", rows: 1, digest: evil }],
      trainings: [
        {
          node: evil,
          steps: 1,
          firstLoss: 1,
          finalLoss: 1,
          closingLoss: null,
          mixedPrecision: null,
          tokens: null,
          supervisedTokens: null,
          parameters: null,
          trainedParameters: null,
          rows: { used: 1, skipped: { [evil]: 1 } },
          documents: null,
          exampleRow: evil,
          curves: [],
          sources: [
            {
              source: evil,
              rows: 1,
              seen: 2,
              tokens: 3,
              supervisedTokens: 2,
              share: 1,
              firstLoss: null,
              lastLoss: null
            }
          ],
          signals: [{ signal: "forgetting", value: 2, limit: 1, account: evil }],
          probes: [{ prompt: evil, reference: evil, before: evil, after: evil, fault: evil }],
          spikes: [{ step: 1, loss: 9, usual: 1, gradNorm: 1, rows: 2, shown: [{ id: evil, places: [evil] }] }]
        }
      ],
      evaluations: [{ node: evil, evaluation }],
      otherReports: [{ node: evil, data: { [evil]: evil } }],
      audit: {
        sources: [{ ...source, folders: [folder], others: folder }],
        losses: [{ node: evil, reason: evil, rows: 1, share: 1 }],
        accepted: [{ stage: evil, because: evil, by: evil, at: evil, changes: [evil] }],
        example: { id: evil, node: evil }
      },
      rows: fullRows(evil),
      environment: [{ runtime: { [evil]: evil }, nodes: 1 }],
      lastRun: { run: evil, workers: 1, nodes: { [evil]: { verdict: "run", computed: 1, reused: 0, because: [evil] } } }
    })
  )
  const { elements, text } = checkPage(page)
  expect(elements.get("script")).toBe(2)
  expect(text).toContain("<script>alert(1)</script>")
  expect(text).toContain("The gate did not pass.")
  expect(text).not.toContain("\u0000")
})

test.each([
  ["letters", "gate "],
  ["what HTML escapes", "<'\"&>"],
  ["what is named by its code point", "a\u202e"],
  ["long words", "x"],
  ["letters of three bytes", "水"]
])("a page stays small however long texts of %s are, and many the rows", (_, text) => {
  const page = renderPage(data({ rows: fullRows(text.repeat(100_000 / text.length)) }))
  checkPage(page)
  expect(Buffer.byteLength(page)).toBeLessThan(2_000_000)
})

test("two evaluations are both told", () => {
  const evaluation = (name: string) => readEvaluation({ examples: 3, models: { [name]: {}, base: {} } })!
  const nodes = [node("suite"), node("suite#2")]
  const evaluations = nodes.map(({ name }) => ({ node: name, evaluation: evaluation(`model-of-${name}`) }))
  const { text } = checkPage(renderPage(data({ nodes, evaluations })))
  expect(text).toContain("model-of-suite")
  expect(text).toContain("model-of-suite#2")
  expect(text).toContain("No gate was set.")
})

test("answers before and after stand side by side, the baseline's first and the reference last", () => {
  const evaluation = readEvaluation({
    examples: 3,
    baseline: "base",
    models: { base: {}, tuned: {} },
    samples: [
      {
        id: "a1",
        question: "When <b>?",
        reference: "At dawn.",
        answers: { tuned: "At dawn & noon.", base: "" },
        scores: { base: { perplexity: 41.25, f1: 0 }, tuned: { perplexity: 3.5, f1: 0.8 } }
      }
    ]
  })!
  const page = renderPage(data({ evaluations: [{ node: "only", evaluation }] }))
  const { text } = checkPage(page)
  const shown = text.slice(text.lastIndexOf("Before and after"))
  const parts = ["When <b>?", "before: base", "perplexity of the reference 41.3, F1 0", "(empty)", "after: tuned"]
  const places = [...parts, "3.50, F1 0.800", "At dawn & noon.", "At dawn.", "row a1"]
    .map((part) => shown.indexOf(part))
    .filter((at) => at >= 0)
  expect(places).toHaveLength(parts.length + 4)
  expect(places).toEqual(places.toSorted((a, b) => a - b))
})

test("answers of one model alone are samples", () => {
  const sample = { id: "a1", question: "When?", reference: "At dawn.", answers: { only: "At noon." } }
  const evaluation = readEvaluation({ examples: 1, baseline: "only", models: { only: {} }, samples: [sample] })!
  const { text } = checkPage(renderPage(data({ evaluations: [{ node: "only", evaluation }] })))
  expect(text).toContain("Samples")
  expect(text).not.toContain("Before and after")
  expect(text).not.toContain("after: ")
})

test("sixty nodes give sixty cards and rows", () => {
  const nodes = Array.from({ length: 60 }, (_, at) => node(`family.stage#${at}`))
  const edges = nodes.slice(1).map(({ name }, at) => ({
    from: nodes[Math.floor(at / 2)]!.name,
    to: name,
    input: "rows",
    label: null,
    part: null,
    rows: at
  }))
  const page = renderPage(data({ nodes, edges }))
  checkPage(page)
  expect(page.match(/class="card kind-/g)).toHaveLength(60)
  expect(page.match(/marker-end=/g)).toHaveLength(59)
})

test("what is no evaluation is not read as one", () => {
  for (const value of [null, 3, "x", [], {}, { examples: "1", models: {} }, { models: {} }])
    expect(readEvaluation(value)).toBeNull()
  expect(readEvaluation({ examples: 1, models: { a: { tokens: 3 } } })!.models).toEqual({ a: {} })
})

test("names are cut to the room they have; words for the shell are quoted", () => {
  expect([fitText("quality", 70, 10), fitText("quality", 50, 10)]).toEqual(["quality", "qual…"])
  expect(["dedup.exact#2", "a b", "it's", "#x", ""].map(shellWord)).toEqual([
    "dedup.exact#2",
    "'a b'",
    "'it'\\''s'",
    "'#x'",
    "''"
  ])
})
