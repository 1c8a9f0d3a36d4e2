// The list of objectives. A new one is a file, a line here, and its test.
import type { Tensor, TensorGraph } from "../tensor-graph.ts"
import { crossEntropy } from "./cross-entropy.ts"
import type { Objective, Predicted } from "./objective.ts"

const list = [crossEntropy] as const

type ConfigOf<Method> = Method extends Objective<infer _Kind, infer Config> ? Config : never

/** Which objective, with its settings. */
export type ObjectiveConfig = ConfigOf<(typeof list)[number]>

const objectives: ReadonlyMap<string, Objective> = new Map(list.map((one) => [one.kind, one as Objective]))

/** Plain token cross-entropy. */
export const plainCrossEntropy: ObjectiveConfig = { kind: "cross-entropy", labelSmoothing: 0 }

/** The scalar that `config` asks to minimise. */
export const buildObjective = (graph: TensorGraph, config: ObjectiveConfig, predicted: Predicted): Tensor =>
  objectives.get(config.kind)!.build(graph, config, predicted)
