// What `--set NAME=VALUE` overrides: a pipeline's parameters by name, a node's options as NODE.OPTION.
import { nearest, SluiceError } from "../errors.ts"
import type { GraphNode } from "./graph.ts"
import type { ModelSource } from "./model-source.ts"

export class Settings {
  readonly #sets: ReadonlyMap<string, string>
  readonly #used = new Set<string>()
  readonly #params = new Set<string>()

  /** Reads a file that an option names; throws where there is none. */
  readonly read: (path: string) => Uint8Array
  /** Finds the files of a model that an option names; throws where there is none. */
  readonly model: (path: string) => ModelSource

  constructor(
    sets: { readonly [target: string]: string },
    read: (path: string) => Uint8Array,
    model: (path: string) => ModelSource
  ) {
    this.#sets = new Map(Object.entries(sets))
    this.read = read
    this.model = model
  }

  /** The text set for a parameter, if any. */
  param(name: string): string | undefined {
    this.#params.add(name)
    return this.#take(name)
  }

  /** The text set for an option of a node, if any. */
  option(node: string, option: string): string | undefined {
    return this.#take(`${node}.${option}`)
  }

  #take(target: string): string | undefined {
    if (this.#sets.has(target)) this.#used.add(target)
    return this.#sets.get(target)
  }

  /** Errors for what was set and met nothing. */
  unused(nodes: ReadonlyArray<GraphNode>): ReadonlyArray<SluiceError> {
    const targets = [
      ...this.#params,
      ...nodes.flatMap((node) => Object.keys(node.options).map((option) => `${node.name}.${option}`))
    ]
    return [...this.#sets.keys()]
      .filter((target) => !this.#used.has(target))
      .map((target) => {
        const guess = nearest(target, targets)
        return new SluiceError(
          "SLUICE_UNKNOWN_OPTION",
          `--set ${target}: the pipeline has no such parameter or option${guess ? `; did you mean "${guess}"?` : ""}`,
          { hint: `parameters: ${[...this.#params].join(", ") || "none"}; options: NODE.OPTION=VALUE` }
        )
      })
  }
}
