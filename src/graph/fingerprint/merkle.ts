// The hash of a node with everything below it; nodes that refer to each other in a circle hash as one component.
import { digestList } from "./digest.ts"
import { type GraphNode, isLeaf } from "./graph-node.ts"

interface Visit {
  readonly index: number
  low: number
  onStack: boolean
}

/** Hashes nodes, each once. */
export class Merkle {
  readonly #hashes = new Map<GraphNode, string>()
  readonly #visits = new Map<GraphNode, Visit>()
  readonly #stack: GraphNode[] = []

  /** The hash of everything that the node can reach. */
  hash(node: GraphNode): string {
    const known = this.#hashes.get(node)
    if (known !== undefined) return known
    this.#visit(node)
    return this.#hashes.get(node)!
  }

  #visit(node: GraphNode): Visit {
    const visit: Visit = { index: this.#visits.size, low: this.#visits.size, onStack: true }
    this.#visits.set(node, visit)
    this.#stack.push(node)
    for (const { target } of node.edges) {
      if (isLeaf(target) || this.#hashes.has(target)) continue
      const seen = this.#visits.get(target)
      if (!seen) visit.low = Math.min(visit.low, this.#visit(target).low)
      else if (seen.onStack) visit.low = Math.min(visit.low, seen.index)
    }
    if (visit.low === visit.index) {
      const members: GraphNode[] = []
      let member: GraphNode
      do {
        member = this.#stack.pop()!
        this.#visits.get(member)!.onStack = false
        members.push(member)
      } while (member !== node)
      this.#finish(members)
    }
    return visit
  }

  #finish(members: ReadonlyArray<GraphNode>): void {
    const group = new Set(members)
    const first = members[0]!
    if (members.length === 1 && !first.edges.some(({ target }) => target === first)) {
      this.#hashes.set(first, digestList(this.#parts(first, () => "")))
      return
    }
    let colours = new Map<GraphNode, string>(members.map((member) => [member, member.own]))
    let distinct = new Set(colours.values()).size
    for (let round = 0; round <= members.length; round++) {
      const previous = colours
      const inside = (target: GraphNode): string => previous.get(target)!
      colours = new Map(members.map((member) => [member, digestList(this.#parts(member, inside, group))]))
      const now = new Set(colours.values()).size
      if (round > 0 && now === distinct) break
      distinct = now
    }
    const final = (target: GraphNode): string => colours.get(target)!
    const rows = members.map((member) => digestList([final(member), ...this.#parts(member, final, group)]))
    const component = digestList([...new Set(rows)].sort())
    for (const member of members) this.#hashes.set(member, digestList([component, final(member)]))
  }

  #parts(node: GraphNode, inside: (target: GraphNode) => string, group?: ReadonlySet<GraphNode>): string[] {
    const parts = [node.own]
    for (const { label, target } of node.edges) {
      if (isLeaf(target)) parts.push(label, target.text)
      else if (group?.has(target)) parts.push(`${label} inside`, inside(target))
      else parts.push(label, this.#hashes.get(target)!)
    }
    return parts
  }
}
