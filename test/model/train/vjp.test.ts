// Every operation's gradient against central finite differences in f64.
import { expect, test } from "vitest"
import {
  add,
  affine,
  concatenate,
  divide,
  expand,
  exponential,
  gatherRows,
  geluTanh,
  hyperbolicTangent,
  logarithm,
  matmul,
  meanLogProb,
  multiply,
  negate,
  pickLogProb,
  rectify,
  reshape,
  rmsNorm,
  rotate,
  sigmoid,
  slice,
  softmax,
  squareRoot,
  subtract,
  sum,
  swiGlu,
  transpose
} from "../../../src/model/train/operation.ts"
import type { Values } from "../../../src/model/train/session.ts"
import { type Shape, type Tensor, TensorGraph } from "../../../src/model/train/tensor-graph.ts"
import { backward, rules } from "../../../src/model/train/vjp.ts"
import { randomValue, worstGradientError } from "./finite-difference.ts"

type Build = (graph: TensorGraph, inputs: readonly Tensor[]) => Tensor

interface Case {
  readonly operation: string
  readonly title: string
  readonly shapes: readonly Shape[]
  readonly build: Build
  readonly positive?: boolean
}

const binary = (name: string, apply: typeof add, positive = false): Case[] =>
  [
    {
      title: "equal shapes",
      shapes: [
        [2, 3],
        [2, 3]
      ]
    },
    { title: "row broadcast over rows", shapes: [[2, 3], [3]] },
    {
      title: "column broadcast into left",
      shapes: [
        [2, 1],
        [2, 3]
      ]
    },
    { title: "scalar", shapes: [[2, 3], []] }
  ].map(({ title, shapes }) => ({
    operation: name,
    title,
    shapes,
    positive,
    build: (graph, [left, right]) => apply(graph, left!, right!)
  }))

const unary = (name: string, apply: typeof negate): Case => ({
  operation: name,
  title: "elementwise",
  shapes: [[3, 4]],
  positive: true,
  build: (graph, [input]) => apply(graph, input!)
})

const angles = (graph: TensorGraph): [Tensor, Tensor] => {
  const turn = Float64Array.from({ length: 12 }, (_, place) => 0.3 * place)
  const cosine = turn.map(Math.cos)
  const sine = turn.map((angle, place) => (place % 4 < 2 ? -Math.sin(turn[place + 2]!) : Math.sin(angle)))
  const paired = cosine.map((_, place) => (place % 4 < 2 ? cosine[place + 2]! : cosine[place]!))
  return [graph.constant(paired, [1, 3, 1, 4]), graph.constant(sine, [1, 3, 1, 4])]
}

const cases: Case[] = [
  ...binary("add", add),
  ...binary("subtract", subtract),
  ...binary("multiply", multiply),
  ...binary("divide", divide, true),
  unary("negate", negate),
  unary("exponential", exponential),
  unary("logarithm", logarithm),
  unary("squareRoot", squareRoot),
  unary("sigmoid", sigmoid),
  unary("hyperbolicTangent", hyperbolicTangent),
  { ...unary("rectify", rectify), positive: false },
  {
    operation: "expand",
    title: "two axes",
    shapes: [[1, 3, 1]],
    build: (graph, [input]) => expand(graph, input!, [2, 3, 4])
  },
  {
    operation: "concatenate",
    title: "unequal parts of a middle axis",
    shapes: [
      [2, 3, 2],
      [2, 1, 2]
    ],
    build: (graph, [left, right]) => concatenate(graph, left!, right!, 1)
  },
  {
    operation: "reshape",
    title: "other rank",
    shapes: [[2, 6]],
    build: (graph, [input]) => reshape(graph, input!, [3, 2, 2])
  },
  {
    operation: "transpose",
    title: "cycle of axes",
    shapes: [[2, 3, 4]],
    build: (graph, [input]) => transpose(graph, input!, [2, 0, 1])
  },
  {
    operation: "matmul",
    title: "batched",
    shapes: [
      [2, 2, 3, 4],
      [2, 2, 4, 5]
    ],
    build: (graph, [left, right]) => matmul(graph, left!, right!)
  },
  {
    operation: "affine",
    title: "bias of one row",
    shapes: [[4, 3], [5, 3], [5]],
    build: (graph, [input, weight, bias]) => affine(graph, input!, weight!, { bias: bias! })
  },
  {
    operation: "affine",
    title: "scaled, with a full addend",
    shapes: [
      [4, 3],
      [5, 3],
      [4, 5]
    ],
    build: (graph, [input, weight, bias]) => affine(graph, input!, weight!, { bias: bias!, scale: 1.75 })
  },
  {
    operation: "sum",
    title: "two axes",
    shapes: [[2, 3, 4]],
    build: (graph, [input]) => sum(graph, input!, [0, 2])
  },
  {
    operation: "softmax",
    title: "last axis",
    shapes: [[3, 5]],
    build: (graph, [input]) => softmax(graph, input!)
  },
  {
    operation: "gatherRows",
    title: "repeated rows add up",
    shapes: [[5, 3]],
    build: (graph, [table]) => gatherRows(graph, table!, graph.integers([4, 0, 4, 4, 2]))
  },
  {
    operation: "rmsNorm",
    title: "input and gain",
    shapes: [[3, 6], [6]],
    build: (graph, [input, gain]) => rmsNorm(graph, input!, gain!, 1e-5)
  },
  {
    operation: "rotate",
    title: "half-split pairs",
    shapes: [[2, 3, 2, 4]],
    build: (graph, [input]) => rotate(graph, input!, ...angles(graph))
  },
  {
    operation: "slice",
    title: "columns of a row",
    shapes: [[3, 5]],
    build: (graph, [input]) => slice(graph, input!, 1, [1, 4])
  },
  {
    operation: "slice",
    title: "rows from the second on",
    shapes: [[4, 2]],
    build: (graph, [input]) => slice(graph, input!, 0, [1, 4])
  },
  {
    operation: "geluTanh",
    title: "both sides of 0",
    shapes: [[3, 4]],
    build: (graph, [input]) => geluTanh(graph, multiply(graph, input!, graph.scalar(3)))
  },
  {
    operation: "swiGlu",
    title: "gate and up",
    shapes: [
      [3, 4],
      [3, 4]
    ],
    build: (graph, [gate, up]) => swiGlu(graph, gate!, up!)
  },
  {
    operation: "pickLogProb",
    title: "one class per row",
    shapes: [[4, 6]],
    build: (graph, [logits]) => pickLogProb(graph, logits!, graph.integers([5, 0, 2, 2]))
  },
  {
    operation: "meanLogProb",
    title: "over all classes",
    shapes: [[4, 6]],
    build: (graph, [logits]) => meanLogProb(graph, logits!)
  }
]

test("every rule has a case", () => {
  expect([...new Set(cases.map((entry) => entry.operation))].sort()).toEqual(Object.keys(rules).sort())
})

test.each(cases)("$operation: $title", async ({ operation: name, title, shapes, build, positive = false }) => {
  const graph = new TensorGraph("float64")
  const inputs = shapes.map((shape, place) => graph.input(`input${place}`, shape, "float64", true))
  const output = build(graph, inputs)
  const seed = randomValue(`${name} ${title}`, output.shape).data as Float64Array
  const weighted = multiply(graph, output, graph.constant(seed, output.shape))
  const axes = output.shape.map((_, axis) => axis)
  const loss = axes.length === 0 ? weighted : sum(graph, weighted, axes)
  graph.output(loss, "loss")
  const gradients = backward(graph, loss, inputs)
  gradients.forEach((gradient, place) => {
    graph.output(gradient, `gradient${place}`)
  })
  const names = new Map(inputs.map((input, place) => [input, `gradient${place}`]))
  const feeds: Values = Object.fromEntries(
    inputs.map((input) => [input.name, randomValue(`${name} ${title} ${input.name}`, input.shape, positive)])
  )
  expect(await worstGradientError(graph, names, feeds, 60)).toBeLessThan(1e-6)
})

test("many repeated rows are added without loss on several threads", async () => {
  const { Session, floatValue, integerValue } = await import("../../../src/model/train/session.ts")
  const rows = 1024
  const graph = new TensorGraph()
  const table = graph.input("table", [8, 64], "float32", true)
  const loss = sum(graph, gatherRows(graph, table, graph.input("rows", [rows], "int64")), [0, 1])
  graph.output(backward(graph, loss, [table])[0]!, "gradient")
  const session = await Session.compile(graph, { threads: 2 })
  const feeds = { table: floatValue(new Float32Array(512), [8, 64]), rows: integerValue(new Int32Array(rows), [rows]) }
  for (let run = 0; run < 20; run++) {
    const result = await session.run(feeds)
    expect((result.gradient!.data as Float32Array).subarray(0, 64)).toEqual(new Float32Array(64).fill(rows))
  }
  await session.dispose()
})

test("a parameter off the path to the loss is an error", () => {
  const graph = new TensorGraph()
  const used = graph.input("used", [2], "float32", true)
  const unused = graph.input("unused", [2], "float32", true)
  expect(() => backward(graph, sum(graph, used, [0]), [unused])).toThrow("No path leads from the loss back to unused.")
})
