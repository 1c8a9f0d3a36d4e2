// Writes a tensor graph as an ONNX model (protobuf wire format, opset 18), so that ONNX Runtime does all arithmetic.
import { ModelError } from "../model-error.ts"
import type { AttributeValue, Constant, DType, Tensor, TensorGraph } from "./tensor-graph.ts"

const OPSET = 18
const IR_VERSION = 8
const MAX_BYTES = 2 ** 31 - 1
const DATA_TYPES: Record<DType, number> = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11
}

/** The number by which ONNX knows an element type. */
export const onnxType = (dtype: DType): number => DATA_TYPES[dtype]

/** The data of a constant lies beside the file. */
const EXTERNAL = 1

const ATTRIBUTE_FLOAT = 1
const ATTRIBUTE_INT = 2
const ATTRIBUTE_STRING = 3
const ATTRIBUTE_INTS = 7

/** Collects the fields of one protobuf message; nested messages are joined without copying their bytes. */
class MessageWriter {
  readonly parts: Uint8Array[] = []
  length = 0

  private push(part: Uint8Array): void {
    this.parts.push(part)
    this.length += part.length
  }

  private varint(value: number): void {
    let rest = BigInt.asUintN(64, BigInt(value))
    const bytes: number[] = []
    do {
      const low = Number(rest & 127n)
      rest >>= 7n
      bytes.push(rest > 0n ? low | 128 : low)
    } while (rest > 0n)
    this.push(Uint8Array.from(bytes))
  }

  int(field: number, value: number): this {
    this.varint(field << 3)
    this.varint(value)
    return this
  }

  float(field: number, value: number): this {
    this.varint((field << 3) | 5)
    this.push(new Uint8Array(Float32Array.of(value).buffer))
    return this
  }

  bytes(field: number, value: Uint8Array): this {
    this.varint((field << 3) | 2)
    this.varint(value.length)
    this.push(value)
    return this
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value))
  }

  message(field: number, value: MessageWriter): this {
    this.varint((field << 3) | 2)
    this.varint(value.length)
    for (const part of value.parts) this.push(part)
    return this
  }

  finish(): Uint8Array {
    const joined = new Uint8Array(this.length)
    let offset = 0
    for (const part of this.parts) {
      joined.set(part, offset)
      offset += part.length
    }
    return joined
  }
}

const attribute = (name: string, value: AttributeValue): MessageWriter => {
  const writer = new MessageWriter().text(1, name)
  if (typeof value === "number") return writer.int(3, value).int(20, ATTRIBUTE_INT)
  if (typeof value === "string") return writer.text(4, value).int(20, ATTRIBUTE_STRING)
  if ("float" in value) return writer.float(2, value.float).int(20, ATTRIBUTE_FLOAT)
  for (const item of value) writer.int(8, item)
  return writer.int(20, ATTRIBUTE_INTS)
}

const valueInfo = (tensor: Tensor): MessageWriter => {
  const shape = new MessageWriter()
  // A negative size is open: the runtime takes it from what it is fed.
  for (const size of tensor.shape) shape.message(1, size < 0 ? new MessageWriter() : new MessageWriter().int(1, size))
  const tensorType = new MessageWriter().int(1, DATA_TYPES[tensor.dtype]).message(2, shape)
  return new MessageWriter().text(1, tensor.name).message(2, new MessageWriter().message(1, tensorType))
}

/** Data of f32 and f16 inputs that are written into the graph instead of being fed, by input name. */
export type ConstantInputs = ReadonlyMap<string, Float32Array | Float16Array>

const constantMessage = ({ tensor, data }: Constant): MessageWriter => {
  const writer = new MessageWriter()
  for (const size of tensor.shape) writer.int(1, size)
  writer.int(2, DATA_TYPES[tensor.dtype]).text(8, tensor.name)
  return writer.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
}

/** A constant whose data is given beside the file, under the name of the input. */
const besideMessage = ({ name, shape, dtype }: Tensor, bytes: number): MessageWriter => {
  const writer = new MessageWriter()
  for (const size of shape) writer.int(1, size)
  writer.int(2, DATA_TYPES[dtype]).text(8, name)
  for (const [key, value] of [
    ["location", name],
    ["offset", "0"],
    ["length", `${bytes}`]
  ]) {
    writer.message(13, new MessageWriter().text(1, key!).text(2, value!))
  }
  return writer.int(14, EXTERNAL)
}

/** Name of the output that `withEmptySequence` puts first. */
export const emptySequence = "empty"

/** Adds an output before all others that is a sequence without elements. */
const putEmptySequence = (body: MessageWriter): void => {
  body.message(1, new MessageWriter().text(2, emptySequence).text(4, "SequenceEmpty"))
  const tensorType = new MessageWriter().int(1, DATA_TYPES.float32)
  const sequenceType = new MessageWriter().message(1, new MessageWriter().message(1, tensorType))
  const info = new MessageWriter().text(1, emptySequence).message(2, new MessageWriter().message(4, sequenceType))
  body.message(12, info)
}

/**
 * Serialises `graph` as an ONNX `ModelProto` (github.com/onnx/onnx, onnx.proto; IR 8, opset 18). Inputs in `constantInputs`
 * are written into it, those in `beside` are constants whose data is given apart from it. `withEmptySequence` adds an
 * output named `emptySequence` before the others.
 * Throws `SLUICE_GRAPH_TOO_LARGE` when constants push the file over protobuf's 2 GiB limit.
 */
export const writeOnnx = (
  graph: TensorGraph,
  constantInputs: ConstantInputs = new Map(),
  beside: ConstantInputs = new Map(),
  withEmptySequence = false
): Uint8Array => {
  const body = new MessageWriter()
  if (withEmptySequence) putEmptySequence(body)
  for (const node of graph.nodes) {
    const writer = new MessageWriter()
    for (const input of node.inputs) writer.text(1, input.name)
    for (const output of node.outputs) writer.text(2, output.name)
    writer.text(4, node.type)
    for (const [name, value] of Object.entries(node.attributes)) writer.message(5, attribute(name, value))
    if (node.domain !== undefined) writer.text(7, node.domain)
    body.message(1, writer)
  }
  body.text(2, "sluice")
  for (const constant of graph.constants) body.message(5, constantMessage(constant))
  for (const input of graph.inputs) {
    const data = constantInputs.get(input.name)
    const apart = beside.get(input.name)
    if (apart !== undefined) body.message(5, besideMessage(input, apart.byteLength))
    else if (data === undefined) body.message(11, valueInfo(input))
    else body.message(5, constantMessage({ tensor: input, data }))
  }
  for (const tensor of new Set(graph.outputs.map((output) => output.tensor))) body.message(12, valueInfo(tensor))
  const opset = new MessageWriter().text(1, "").int(2, OPSET)
  const model = new MessageWriter().int(1, IR_VERSION).message(7, body).message(8, opset)
  for (const domain of new Set(graph.nodes.flatMap((node) => node.domain ?? []))) {
    model.message(8, new MessageWriter().text(1, domain).int(2, 1))
  }
  if (model.length > MAX_BYTES) {
    throw new ModelError(
      "SLUICE_GRAPH_TOO_LARGE",
      `The graph with its constant weights takes ${model.length} bytes; the ONNX format stops at 2 GiB.`
    )
  }
  return model.finish()
}
