// Where 16 bits are in a graph: in products alone, which round as f16 does on the CPU too.
import { describe, expect, test } from "vitest"
import { createLora } from "../../../src/model/index.ts"
import type { AdaptedModel } from "../../../src/model/train/adapters/adapter.ts"
import type { Adapter } from "../../../src/model/train/adapters/any-adapter.ts"
import { factor, product } from "../../../src/model/train/product.ts"
import { floatValue, Session } from "../../../src/model/train/session.ts"
import { buildGradientGraph } from "../../../src/model/train/step-graph.ts"
import { TensorGraph } from "../../../src/model/train/tensor-graph.ts"
import { madeModel, shapes } from "../architectures/families.ts"
import { adapterCases } from "./adapters/cases.ts"

/** left · right of single numbers. */
const times = async (precision: "f32" | "f16", type: "MatMul" | "Gemm", left: number, right: number) => {
  const graph = new TensorGraph("float32", "cpu", precision)
  const inputs = ["left", "right"].map((name) => graph.input(name, [1, 1]))
  graph.output(product(graph, type, inputs, [1, 1]), "result")
  const session = await Session.compile(graph, { threads: 1 })
  const one = (value: number) => floatValue(Float32Array.of(value), [1, 1])
  const { result } = await session.run({ left: one(left), right: one(right) })
  await session.dispose()
  return result!.data[0] as number
}

describe.each(["MatMul", "Gemm"] as const)("%s", (type) => {
  test.each<[title: string, left: number, right: number, found: number]>([
    ["a factor of more than 11 bits", 1 + 2 ** -12, 1, 1],
    ["a factor halfway, to even", 1 + 2 ** -11, 1, 1],
    ["a factor just above", 1 + 2 ** -11 + 2 ** -20, 1, 1 + 2 ** -10],
    ["a product of more than 11 bits", 1 + 2 ** -10, 1 + 2 ** -10, 1 + 2 ** -9],
    ["the largest number", 65_504, 1, 65_504],
    ["a factor beyond it", 65_520, 1, Number.POSITIVE_INFINITY],
    ["a product beyond it", 256, -256, Number.NEGATIVE_INFINITY],
    ["the smallest number", 2 ** -24, 1, 2 ** -24],
    ["a factor below it", 2 ** -26, 1, 0],
    ["a product below it", 2 ** -13, 2 ** -13, 0]
  ])("%s", async (_, left, right, found) => {
    expect(await times("f16", type, left, right)).toBe(found)
    expect(await times("f32", type, left, right)).toBe(Math.fround(Math.fround(left) * Math.fround(right)))
  })
})

test("a tensor is made a factor once, and a product is one as it stands", () => {
  for (const device of ["cpu", "webgpu"] as const) {
    const graph = new TensorGraph("float32", device, "f16")
    const [left, right] = ["left", "right"].map((name) => graph.input(name, [2, 2]))
    const first = product(graph, "MatMul", [left!, right!], [2, 2])
    const casts = () => graph.nodes.filter(({ type }) => type === "Cast").length
    const before = casts()
    product(graph, "MatMul", [right!, left!], [2, 2])
    factor(graph, first)
    // What the second product gives is widened, and on the CPU rounded before.
    expect(casts() - before).toBe(device === "cpu" ? 2 : 1)
  }
})

interface Case {
  readonly name: string
  readonly model: AdaptedModel
  readonly adapter?: Adapter
}

const cases: ReadonlyArray<Case> = [
  ...Object.entries(shapes).flatMap(([name, shape]) => {
    const model = madeModel(shape)
    return [
      { name: `every weight, ${name}`, model },
      { name: `LoRA, ${name}`, model, adapter: createLora(model, { targets: "all-linear" }) }
    ]
  }),
  ...adapterCases
]

const size = { rows: 2, length: 24, targets: 30 }

/** The graph of a batch's gradients for a device. */
const graphOf = ({ model, adapter }: Case, device: "cpu" | "webgpu" | "cuda", checkpointing = false): TensorGraph => {
  const target = { config: model.config, base: model.weights, ...(adapter && { adapter }), checkpointing }
  return buildGradientGraph({ ...target, precision: "f16" }, size, { accumulate: true, device }).graph
}

describe.each(cases)("$name", (one) => {
  test.each([false, true])("GPUs multiply in f16 and do all else in f32, checkpointed: %s", (checkpointing) => {
    const { nodes, inputs, outputs } = graphOf(one, "webgpu", checkpointing)
    const half = nodes.filter((node) => node.outputs[0]!.dtype === "float16")
    const types = new Set(half.map(({ type }) => type))
    for (const type of types) expect(["Cast", "Gemm", "MatMul", "Transpose", "Gather"]).toContain(type)
    expect(types).toContain("Gemm")
    expect(types).toContain("MatMul")
    for (const node of nodes) {
      const reads = new Set(node.inputs.map(({ dtype }) => dtype))
      if (node.outputs[0]!.dtype !== "float16" && node.type !== "Cast")
        expect(reads, node.type).not.toContain("float16")
      if (half.includes(node) && node.type !== "Cast") expect(reads, node.type).not.toContain("float32")
    }
    // What is left to f32 puts the gradients of looked-up rows together, by products with 0 and 1.
    const plain = nodes.filter((node) => /^(MatMul|Gemm)$/.test(node.type) && !half.includes(node))
    for (const { inputs: read } of plain) {
      expect(nodes.find(({ outputs: made }) => made[0]!.name === read[0]!.name)!.type).toBe("Where")
    }
    for (const { tensor } of outputs) expect(tensor.dtype).toBe("float32")
    for (const { name, dtype } of inputs) if (dtype === "float16") expect(name).toMatch(/^weight:/)
  })

  test("the CPU has no value of 16 bits but between two casts", () => {
    const { nodes, inputs, constants } = graphOf(one, "cpu")
    const made = nodes.filter(({ outputs }) => outputs[0]!.dtype === "float16")
    expect(made.length).toBeGreaterThan(0)
    const names = new Set(made.map(({ type, outputs }) => (type === "Cast" ? outputs[0]!.name : "")))
    expect(names).not.toContain("")
    for (const { type, inputs: read } of nodes) if (read.some(({ name }) => names.has(name))) expect(type).toBe("Cast")
    expect([...inputs, ...constants.map(({ tensor }) => tensor)].some(({ dtype }) => dtype === "float16")).toBe(false)
  })
})

test("frozen matrices are held in 16 bits on GPUs, gains and biases are not, nor is what is trained", () => {
  const model = madeModel(shapes.llama!)
  const adapter = createLora(model)
  for (const device of ["webgpu", "cuda"] as const) {
    const { constants, inputs } = graphOf({ name: "", model, adapter }, device)
    const matrices = [...model.weights.values()].filter(({ shape }) => shape.length > 1)
    const half = constants.filter(({ tensor }) => tensor.dtype === "float16")
    expect(half.map(({ tensor }) => tensor.shape)).toEqual(matrices.map(({ shape }) => shape))
    expect(half[0]!.data).toEqual(new Float16Array(matrices[0]!.data))
    for (const { name, dtype } of inputs) if (name.startsWith("weight:")) expect(dtype, name).toBe("float32")
  }
})
