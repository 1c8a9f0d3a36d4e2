// Reverse mode: one vector-Jacobian rule per operation, and the walk that applies them from a loss back to its inputs.
import { ModelError } from "../model-error.ts"
import { onnxType } from "./onnx.ts"
import { divide, multiply, negate, reduced, reshape, subtract, swapHalves, transpose } from "./operation.ts"
import { factor, product } from "./product.ts"
import { type Mark, Recomputation } from "./recompute.ts"
import { type Call, elementCount, type Shape, sameShape, type Tensor, type TensorGraph } from "./tensor-graph.ts"

/** Given the gradient of a call's output, the gradients of its inputs, in their order. */
type Rule = (graph: TensorGraph, call: Call, gradient: Tensor) => readonly (Tensor | undefined)[]

const sumTo = (graph: TensorGraph, gradient: Tensor, shape: Shape): Tensor => {
  if (sameShape(gradient.shape, shape)) return gradient
  const extra = gradient.shape.length - shape.length
  const axes: number[] = []
  gradient.shape.forEach((size, axis) => {
    if (axis < extra || (shape[axis - extra] === 1 && size !== 1)) axes.push(axis)
  })
  const kept = gradient.shape.filter((_, axis) => !axes.includes(axis))
  return reshape(graph, reduced(graph, gradient, axes, kept), shape)
}

const lastAxisMean = (graph: TensorGraph, input: Tensor): Tensor =>
  graph.emit("ReduceMean", [input, graph.integers([-1])], [...input.shape.slice(0, -1), 1], {
    attributes: { keepdims: 1 }
  })

const lastAxisSum = (graph: TensorGraph, input: Tensor): Tensor =>
  graph.emit("ReduceSum", [input, graph.integers([-1])], [...input.shape.slice(0, -1), 1], {
    attributes: { keepdims: 1 }
  })

/** A factor of a product with its last two axes exchanged: a factor again. */
const turned = (graph: TensorGraph, input: Tensor): Tensor => {
  const order = input.shape.map((_, axis) => axis)
  const rank = order.length
  order[rank - 1] = rank - 2
  order[rank - 2] = rank - 1
  const output = transpose(graph, factor(graph, input), order)
  graph.factors.set(output.name, output)
  return output
}

/**
 * 1 where a row of a table was chosen: rows [n] int64, each below 2²⁴ → [count, n]. The product with it sums in a fixed
 * order; GPUs scatter with atomic additions, whose order, and so whose rounding, differs from run to run.
 */
const chosenRows = (graph: TensorGraph, count: number, rows: Tensor): Tensor => {
  const n = rows.shape[0]!
  const numbers = graph.constant(
    Float64Array.from({ length: count }, (_, row) => row),
    [count, 1]
  )
  const attributes = { to: onnxType(graph.float) }
  const chosen = graph.emit(
    "Reshape",
    [graph.emit("Cast", [rows], [n], { attributes }), graph.integers([1, n])],
    [1, n]
  )
  const equal = graph.emit("Equal", [numbers, chosen], [count, n], { dtype: "bool" })
  return graph.emit("Where", [equal, graph.scalar(1), graph.scalar(0)], [count, n])
}

/** The rules by operation name; test/model/train/vjp.test.ts compares each with finite differences. */
export const rules: Readonly<Record<string, Rule>> = {
  add: (graph, { inputs: [left, right] }, gradient) => [
    sumTo(graph, gradient, left!.shape),
    right!.needsGrad ? sumTo(graph, gradient, right!.shape) : undefined
  ],
  subtract: (graph, { inputs: [left, right] }, gradient) => [
    sumTo(graph, gradient, left!.shape),
    right!.needsGrad ? sumTo(graph, negate(graph, gradient), right!.shape) : undefined
  ],
  multiply: (graph, { inputs: [left, right] }, gradient) => [
    left!.needsGrad ? sumTo(graph, multiply(graph, gradient, right!), left!.shape) : undefined,
    right!.needsGrad ? sumTo(graph, multiply(graph, gradient, left!), right!.shape) : undefined
  ],
  divide: (graph, { inputs: [left, right], output }, gradient) => {
    const scaled = divide(graph, gradient, right!)
    const other = right!.needsGrad ? negate(graph, multiply(graph, scaled, output)) : undefined
    return [sumTo(graph, scaled, left!.shape), other && sumTo(graph, other, right!.shape)]
  },
  negate: (graph, _call, gradient) => [negate(graph, gradient)],
  exponential: (graph, { output }, gradient) => [multiply(graph, gradient, output)],
  logarithm: (graph, { inputs: [input] }, gradient) => [divide(graph, gradient, input!)],
  squareRoot: (graph, { output }, gradient) => [divide(graph, gradient, multiply(graph, output, graph.scalar(2)))],
  sigmoid: (graph, { output }, gradient) => {
    const slope = multiply(graph, output, subtract(graph, graph.scalar(1), output))
    return [multiply(graph, gradient, slope)]
  },
  hyperbolicTangent: (graph, { output }, gradient) => {
    const slope = subtract(graph, graph.scalar(1), multiply(graph, output, output))
    return [multiply(graph, gradient, slope)]
  },
  rectify: (graph, { output }, gradient) => {
    const positive = graph.emit("Greater", [output, graph.scalar(0)], output.shape, { dtype: "bool" })
    return [graph.emit("Where", [positive, gradient, graph.scalar(0)], output.shape)]
  },
  expand: (graph, { inputs: [input] }, gradient) => [sumTo(graph, gradient, input!.shape)],
  concatenate: (graph, { inputs: [left, right], attributes }, gradient) => {
    const axis = attributes.axis as number
    const lengths = graph.integers([left!.shape[axis]!, right!.shape[axis]!])
    return graph.emitMany("Split", [gradient, lengths], [left!.shape, right!.shape], { attributes: { axis } })
  },
  reshape: (graph, { inputs: [input] }, gradient) => [reshape(graph, gradient, input!.shape)],
  transpose: (graph, { attributes }, gradient) => {
    const order = attributes.order as readonly number[]
    const inverse = order.map((_, axis) => order.indexOf(axis))
    return [transpose(graph, gradient, inverse)]
  },
  matmul: (graph, { inputs: [left, right] }, gradient) => [
    left!.needsGrad ? product(graph, "MatMul", [gradient, turned(graph, right!)], left!.shape) : undefined,
    right!.needsGrad ? product(graph, "MatMul", [turned(graph, left!), gradient], right!.shape) : undefined
  ],
  affine: (graph, { inputs: [input, weight, bias], attributes }, gradient) => {
    const alpha = { float: attributes.scale as number }
    return [
      input!.needsGrad ? product(graph, "Gemm", [gradient, weight!], input!.shape, { alpha }) : undefined,
      weight!.needsGrad ? product(graph, "Gemm", [gradient, input!], weight!.shape, { alpha, transA: 1 }) : undefined,
      bias?.needsGrad ? sumTo(graph, gradient, bias.shape) : undefined
    ]
  },
  sum: (graph, { inputs: [input], attributes }, gradient) => {
    const axes = attributes.axes as readonly number[]
    const kept = input!.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
    const shaped = reshape(graph, gradient, kept)
    return [graph.emit("Expand", [shaped, graph.integers(input!.shape)], input!.shape)]
  },
  softmax: (graph, { output }, gradient) => {
    const weighted = graph.emit("Mul", [gradient, output], output.shape)
    const total = lastAxisSum(graph, weighted)
    return [subtract(graph, weighted, multiply(graph, output, total))]
  },
  gatherRows: (graph, { inputs: [table], saved: [rows] }, gradient) => {
    const shape = table!.shape
    if (graph.device !== "cpu") return [graph.emit("MatMul", [chosenRows(graph, shape[0]!, rows!), gradient], shape)]
    // ScatterND adds in parallel without a lock on the CPU and loses updates of repeated rows; ScatterElements does not.
    const count = elementCount(rows!.shape)
    const column = graph.emit("Reshape", [rows!, graph.integers([count, 1])], [count, 1], { dtype: "int64" })
    const wide = [count, shape[1]!]
    const index = graph.emit("Expand", [column, graph.integers(wide)], wide, { dtype: "int64" })
    const zeros = graph.emit("Expand", [graph.scalar(0), graph.integers(shape)], shape)
    const attributes = { axis: 0, reduction: "add" }
    return [graph.emit("ScatterElements", [zeros, index, gradient], shape, { attributes })]
  },
  rmsNorm: (graph, { inputs: [input, gain], saved: [normal, scale] }, gradient) => {
    const scaled = graph.emit("Mul", [gradient, gain!], gradient.shape)
    const along = lastAxisMean(graph, graph.emit("Mul", [scaled, normal!], scaled.shape))
    const across = graph.emit("Sub", [scaled, graph.emit("Mul", [normal!, along], scaled.shape)], scaled.shape)
    return [
      input!.needsGrad ? graph.emit("Mul", [across, scale!], input!.shape) : undefined,
      gain!.needsGrad ? sumTo(graph, graph.emit("Mul", [gradient, normal!], gradient.shape), gain!.shape) : undefined
    ]
  },
  rotate: (graph, { saved: [cosine, sine] }, gradient) => {
    const direct = graph.emit("Mul", [gradient, cosine!], gradient.shape)
    const crossed = swapHalves(graph, graph.emit("Mul", [gradient, sine!], gradient.shape))
    return [graph.emit("Add", [direct, crossed], gradient.shape)]
  },
  slice: (graph, { inputs: [input], attributes }, gradient) => {
    const { axis, start } = attributes as { readonly axis: number; readonly start: number }
    const before = input!.shape.map((_, place) => (place === axis ? start : 0))
    const after = input!.shape.map((size, place) => (place === axis ? size - start - gradient.shape[axis]! : 0))
    return [graph.emit("Pad", [gradient, graph.integers([...before, ...after])], input!.shape)]
  },
  geluTanh: (graph, { inputs: [input], saved: [square, bent] }, gradient) => {
    // ½ (1 + t) + ½ x (1 − t²) √(2/π) (1 + 3 · 0.044715 x²)
    const { shape } = gradient
    const by = (left: Tensor, right: Tensor): Tensor => graph.emit("Mul", [left, right], shape)
    const plus = (left: Tensor, value: number): Tensor => graph.emit("Add", [left, graph.scalar(value)], shape)
    const factor = 0.5 * Math.sqrt(2 / Math.PI)
    const curve = plus(by(square!, graph.scalar(3 * 0.044715 * factor)), factor)
    const rest = graph.emit("Sub", [graph.scalar(1), by(bent!, bent!)], shape)
    const steep = by(by(curve, input!), rest)
    const slope = graph.emit("Add", [steep, plus(by(bent!, graph.scalar(0.5)), 0.5)], shape)
    return [by(gradient, slope)]
  },
  swiGlu: (graph, { inputs: [, up], saved: [slope, silu] }, gradient) => {
    const shape = gradient.shape
    const rest = graph.emit("Sub", [silu!, graph.emit("Mul", [silu!, slope!], shape)], shape)
    const derivative = graph.emit("Add", [slope!, rest], shape)
    const gated = graph.emit("Mul", [gradient, up!], shape)
    return [graph.emit("Mul", [gated, derivative], shape), graph.emit("Mul", [gradient, silu!], shape)]
  },
  pickLogProb: (graph, { inputs: [logits], saved: [logProbs, index] }, gradient) => {
    const shape = logits!.shape
    const column = reshape(graph, gradient, [shape[0]!, 1])
    const minus = graph.emit("Neg", [column], column.shape)
    const spread = graph.emit("Mul", [graph.emit("Exp", [logProbs!], shape), minus], shape)
    const attributes = { axis: 1, reduction: "add" }
    return [graph.emit("ScatterElements", [spread, index!, column], shape, { attributes })]
  },
  meanLogProb: (graph, { inputs: [logits], saved: [logProbs] }, gradient) => {
    const shape = logits!.shape
    const share = graph.emit("Exp", [logProbs!], shape)
    const slope = graph.emit("Sub", [graph.scalar(1 / shape[1]!), share], shape)
    return [graph.emit("Mul", [slope, reshape(graph, gradient, [shape[0]!, 1])], shape)]
  }
}

/**
 * Extends `graph` with the gradients of the scalar `loss` (shape []) with respect to `parameters`, in their order, all of
 * them times `scale` [], 1 if not given. What lies between `marks` is computed again for them. Throws `SLUICE_NO_GRADIENT`
 * when a parameter does not reach the loss.
 */
export const backward = (
  graph: TensorGraph,
  loss: Tensor,
  parameters: readonly Tensor[],
  marks: readonly Mark[] = [],
  scale: Tensor = graph.scalar(1)
): Tensor[] => {
  const gradients = new Map<Tensor, Tensor>([[loss, scale]])
  const recomputation = new Recomputation(graph, marks)
  for (const [place, call] of [...graph.calls.entries()].reverse()) {
    const gradient = gradients.get(call.output)
    if (gradient === undefined) continue
    const parts = rules[call.operation]!(graph, recomputation.callOver(call, place, gradient), gradient)
    call.inputs.forEach((input, position) => {
      const part = parts[position]
      if (part === undefined || !input.needsGrad) return
      const known = gradients.get(input)
      gradients.set(input, known === undefined ? part : graph.emit("Add", [known, part], part.shape))
    })
  }
  recomputation.finish()
  return parameters.map((parameter) => {
    const gradient = gradients.get(parameter)
    if (gradient !== undefined) return gradient
    throw new ModelError("SLUICE_NO_GRADIENT", `No path leads from the loss back to ${parameter.name}.`)
  })
}
