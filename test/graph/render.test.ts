// Renderings of a graph: text tree, JSON and Mermaid of one small pipeline, with and without a plan.
import * as Schema from "effect/Schema"
import { expect, test } from "vitest"
import { input, keep, opt, pipeline, Stage, split } from "#sluice"
import { buildGraph } from "../../src/graph/graph.ts"
import type { NodePlan } from "../../src/graph/plan.ts"
import { graphJson, renderMermaid, renderTree } from "../../src/graph/render.ts"

const lines = Stage.source({
  name: "t.lines",
  options: { path: opt(Schema.String) },
  emits: { text: Schema.String },
  list: ({ path }) => path,
  frame: () => ({ count: 0, record: () => new Uint8Array(), place: () => ({ line: 1 }) }),
  parse: () => ({ text: "" })
})
const good = Stage.filter({
  name: "t.good",
  needs: { text: Schema.String },
  reasons: ["bad"],
  decide: () => keep
})
const learn = Stage.program({
  name: "t.learn",
  inputs: { data: input.dataset({ text: Schema.String }) },
  emits: "model",
  reasons: [],
  options: {},
  run: async () => ({ data: null })
})
const judge = Stage.program({
  name: "t.judge",
  inputs: { models: input.models(), on: input.dataset({ text: Schema.String }) },
  emits: "report",
  reasons: [],
  options: {},
  run: async () => ({ data: null })
})

const clean = lines({ path: "x" }).pipe(good(), good())
const held = clean.pipe(split({ by: "text", test: 0.5 }))
const model = learn({ data: held.train })
const report = judge({ models: { small: model }, on: held.test })
const graph = buildGraph(pipeline("tree", { clean, held: held.test, model, report, again: held.test.pipe(good()) }))

const plans = graph.nodes.map(
  ({ name, kind }, at): NodePlan => ({
    name,
    kind,
    verdict: at === 0 ? "hit" : "run",
    because: at === 0 ? ["unchanged"] : ['minWords 50 → 80; "quoted"'],
    causes: [],
    partitions: { hit: 1, run: at },
    rows: { reusable: 2, new: at }
  })
)

test("text tree: a chain in one column, branches where a result is read twice", () => {
  expect(renderTree(graph)).toMatchInlineSnapshot(`
    "t.lines             source
    t.good              filter
    t.good#2            filter   ⇒ clean
    split.by            select   ⇒ held (test)
    ├─ t.learn [train]  program  ⇒ model
    │  t.judge          program  with on ← split.by (test)  ⇒ report
    └─ t.good#3 [test]  filter   ⇒ again
    "
  `)
})

test("text tree with a plan", () => {
  expect(renderTree(graph, plans)).toMatchInlineSnapshot(`
    "t.lines             source   hit: unchanged
    t.good              filter   run: minWords 50 → 80; "quoted"
    t.good#2            filter   run: minWords 50 → 80; "quoted"  ⇒ clean
    split.by            select   run: minWords 50 → 80; "quoted"  ⇒ held (test)
    ├─ t.learn [train]  program  run: minWords 50 → 80; "quoted"  ⇒ model
    │  t.judge          program  run: minWords 50 → 80; "quoted"  with on ← split.by (test)  ⇒ report
    └─ t.good#3 [test]  filter   run: minWords 50 → 80; "quoted"  ⇒ again
    "
  `)
})

test("JSON", () => {
  expect(graphJson(graph, plans.slice(0, 1))).toMatchInlineSnapshot(`
    {
      "nodes": [
        {
          "because": [
            "unchanged",
          ],
          "causes": [],
          "columns": [
            "text",
          ],
          "emits": "dataset",
          "inputs": [],
          "kind": "source",
          "name": "t.lines",
          "partitions": {
            "hit": 1,
            "run": 0,
          },
          "rows": {
            "new": 0,
            "reusable": 2,
          },
          "stage": "t.lines",
          "verdict": "hit",
        },
        {
          "columns": [
            "text",
          ],
          "emits": "dataset",
          "inputs": [
            {
              "input": "rows",
              "node": "t.lines",
            },
          ],
          "kind": "filter",
          "name": "t.good",
          "stage": "t.good",
        },
        {
          "columns": [
            "text",
          ],
          "emits": "dataset",
          "inputs": [
            {
              "input": "rows",
              "node": "t.good",
            },
          ],
          "kind": "filter",
          "name": "t.good#2",
          "stage": "t.good",
        },
        {
          "columns": [
            "text",
          ],
          "emits": "dataset",
          "inputs": [
            {
              "input": "rows",
              "node": "t.good#2",
            },
          ],
          "kind": "select",
          "name": "split.by",
          "stage": "split.by",
        },
        {
          "columns": [],
          "emits": "model",
          "inputs": [
            {
              "input": "data",
              "node": "split.by",
              "part": "train",
            },
          ],
          "kind": "program",
          "name": "t.learn",
          "stage": "t.learn",
        },
        {
          "columns": [],
          "emits": "report",
          "inputs": [
            {
              "input": "models",
              "label": "small",
              "node": "t.learn",
            },
            {
              "input": "on",
              "node": "split.by",
              "part": "test",
            },
          ],
          "kind": "program",
          "name": "t.judge",
          "stage": "t.judge",
        },
        {
          "columns": [
            "text",
          ],
          "emits": "dataset",
          "inputs": [
            {
              "input": "rows",
              "node": "split.by",
              "part": "test",
            },
          ],
          "kind": "filter",
          "name": "t.good#3",
          "stage": "t.good",
        },
      ],
      "outputs": [
        {
          "kind": "dataset",
          "name": "clean",
          "node": "t.good#2",
        },
        {
          "kind": "dataset",
          "name": "held",
          "node": "split.by",
          "part": "test",
        },
        {
          "kind": "model",
          "name": "model",
          "node": "t.learn",
        },
        {
          "kind": "report",
          "name": "report",
          "node": "t.judge",
        },
        {
          "kind": "dataset",
          "name": "again",
          "node": "t.good#3",
        },
      ],
      "pipeline": "tree",
    }
  `)
})

test("Mermaid", () => {
  expect(renderMermaid(graph)).toMatchInlineSnapshot(`
    "flowchart TD
      n0["t.lines"]:::source
      n1["t.good"]:::filter
      n2["t.good#35;2"]:::filter
      n3["split.by"]:::select
      n4(["t.learn"]):::program
      n5[/"t.judge"/]:::program
      n6["t.good#35;3"]:::filter
      n0 --> n1
      n1 --> n2
      n2 --> n3
      n3 -->|"data ← train"| n4
      n4 -->|"models.small"| n5
      n3 -->|"on ← test"| n5
      n3 -->|"test"| n6
      n2 -.-> o0(("clean")):::output
      n3 -.->|"test"| o1(("held")):::output
      n4 -.-> o2(("model")):::output
      n5 -.-> o3(("report")):::output
      n6 -.-> o4(("again")):::output
      classDef source stroke:#3d7a5a
      classDef map stroke:#3f6fa8
      classDef filter stroke:#b2762a
      classDef expand stroke:#7a58a6
      classDef select stroke:#a34a6d
      classDef gather stroke:#2f7f86
      classDef program stroke:#505a66
      classDef output stroke:#1d2125,stroke-width:2px
    "
  `)
})

test("Mermaid labels keep their characters from being read as syntax", () => {
  const odd = { ...graph, nodes: [{ ...graph.nodes[0]!, name: 'a "b" <c>|#1' }], outputs: [] }
  expect(renderMermaid(odd, [])).toContain('n0["a #34;b#34; #60;c#62;#124;#35;1"]')
})

test("every node once, in any tree", () => {
  const tree = renderTree(graph)
  for (const { name } of graph.nodes)
    expect(tree.split("\n").filter((line) => line.includes(`${name} `) && !line.includes(`← ${name}`)).length).toBe(1)
})
