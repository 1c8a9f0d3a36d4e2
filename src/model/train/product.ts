// Products of matrices in the precision of their graph: in mixed precision of f16 factors to an f16 product, which goes on as f32.
import { onnxType } from "./onnx.ts"
import type { AttributeValue, DType, Shape, Tensor, TensorGraph } from "./tensor-graph.ts"

const cast = (graph: TensorGraph, tensor: Tensor, dtype: DType): Tensor =>
  tensor.dtype === dtype
    ? tensor
    : graph.emit("Cast", [tensor], tensor.shape, { attributes: { to: onnxType(dtype) }, dtype })

/** The same values as f32. */
export const widened = (graph: TensorGraph, tensor: Tensor): Tensor => cast(graph, tensor, graph.float)

/** Rounded to f16 and widened again. */
const rounded = (graph: TensorGraph, tensor: Tensor): Tensor => widened(graph, cast(graph, tensor, "float16"))

/**
 * A tensor as a factor of a product, made once however often it is one, backwards too: f16 on GPUs; on the CPU rounded to
 * f16, for its provider has no products of 16 bits and takes casts around one out again. In f32 the tensor itself.
 */
export const factor = (graph: TensorGraph, tensor: Tensor): Tensor => {
  if (graph.precision === "f32" || tensor.dtype === "float16") return tensor
  const known = graph.factors.get(tensor.name)
  const made = known ?? (graph.device === "cpu" ? rounded(graph, tensor) : cast(graph, tensor, "float16"))
  graph.factors.set(tensor.name, made)
  return { ...made, needsGrad: tensor.needsGrad }
}

/**
 * A node that multiplies matrices (`MatMul`, or `Gemm` with what it adds), not recorded for reverse mode. In mixed precision
 * what is beyond ±65,504 becomes infinite, what is below 6·10⁻⁸ zero.
 */
export const product = (
  graph: TensorGraph,
  type: "MatMul" | "Gemm",
  inputs: readonly Tensor[],
  shape: Shape,
  attributes: Readonly<Record<string, AttributeValue>> = {}
): Tensor => {
  const factors = inputs.map((input) => factor(graph, input))
  if (graph.precision === "f32") return graph.emit(type, factors, shape, { attributes })
  const onCpu = graph.device === "cpu"
  const narrow = graph.emit(type, factors, shape, { attributes, dtype: onCpu ? graph.float : "float16" })
  const wide = onCpu ? rounded(graph, narrow) : widened(graph, narrow)
  // What is a factor of the next product as it stands needs no rounding there.
  graph.factors.set(wide.name, onCpu ? wide : narrow)
  return { ...wide, needsGrad: inputs.some(({ needsGrad }) => needsGrad) }
}
