// Gradient checkpointing: what lies between two marks of a graph is computed again for its gradients instead of being kept
// (Chen et al., arXiv 1604.06174).
import type { Call, OnnxNode, Tensor, TensorGraph } from "./tensor-graph.ts"

/** A place in a growing graph at which one tensor is all that what follows reads of what came before. */
export interface Mark {
  readonly tensor: Tensor
  readonly nodes: number
  readonly calls: number
}

/** The place that `graph` has reached with `tensor`. */
export const markOf = (graph: TensorGraph, tensor: Tensor): Mark => ({
  tensor,
  nodes: graph.nodes.length,
  calls: graph.calls.length
})

/** 0, known when `gradient` is. */
const zeroAfter = (graph: TensorGraph, gradient: Tensor): Tensor => {
  let corner = gradient
  gradient.shape.forEach((_, axis) => {
    const shape = corner.shape.map((size, place) => (place === axis ? 1 : size))
    corner = graph.emit("Gather", [corner, graph.integers([0])], shape, { attributes: { axis } })
  })
  return graph.emit("Mul", [graph.emit("Reshape", [corner, graph.integers([])], []), graph.scalar(0)], [])
}

/** Values between two marks, computed again from that of the first once `gradient` is known, each when it is asked for. */
class Replay {
  private readonly graph: TensorGraph
  private readonly makers = new Map<string, OnnxNode>()
  private readonly again = new Map<string, string>()
  private readonly made: Set<OnnxNode>

  constructor(graph: TensorGraph, mark: Mark, end: number, gradient: Tensor, made: Set<OnnxNode>) {
    this.graph = graph
    this.made = made
    for (const node of graph.nodes.slice(mark.nodes, end)) {
      for (const { name } of node.outputs) this.makers.set(name, node)
    }
    const started = graph.emit("Add", [mark.tensor, zeroAfter(graph, gradient)], mark.tensor.shape)
    this.again.set(mark.tensor.name, started.name)
  }

  readonly compute = (wanted: Tensor): Tensor => {
    const { name } = wanted
    const known = this.again.get(name)
    if (known !== undefined) return known === name ? wanted : { ...wanted, name: known }
    const node = this.makers.get(name)
    const inputs = node?.inputs.map(this.compute)
    if (node === undefined || inputs!.every((input, place) => input === node.inputs[place])) {
      this.again.set(name, name)
      return wanted
    }
    const copy = this.graph.repeat(node, inputs!)
    this.made.add(copy)
    copy.outputs.forEach((output, place) => {
      this.again.set(node.outputs[place]!.name, output.name)
    })
    return this.compute(wanted)
  }
}

/** What reverse mode sees of the calls of a graph with marks. */
export class Recomputation {
  private readonly graph: TensorGraph
  private readonly marks: readonly Mark[]
  private readonly replays = new Map<Mark, Replay>()
  private readonly made = new Set<OnnxNode>()

  constructor(graph: TensorGraph, marks: readonly Mark[]) {
    this.graph = graph
    this.marks = marks
  }

  /** The call itself, or where it lies between two marks, one over values that are computed again. */
  callOver(call: Call, place: number, gradient: Tensor): Call {
    const next = this.marks.findIndex(({ calls }) => place < calls)
    const mark = this.marks[next - 1]
    if (mark === undefined) return call
    const known = this.replays.get(mark)
    const replay = known ?? new Replay(this.graph, mark, this.marks[next]!.nodes, gradient, this.made)
    this.replays.set(mark, replay)
    const { compute } = replay
    return { ...call, inputs: call.inputs.map(compute), saved: call.saved.map(compute), output: compute(call.output) }
  }

  /** Takes out of the graph what was computed again and that no rule has read. */
  finish(): void {
    const { nodes } = this.graph
    const read = new Set<string>()
    const kept = nodes.toReversed().filter((node) => {
      const needed = !this.made.has(node) || node.outputs.some(({ name }) => read.has(name))
      if (needed) for (const { name } of node.inputs) read.add(name)
      return needed
    })
    nodes.length = 0
    for (const node of kept.reverse()) nodes.push(node)
  }
}
