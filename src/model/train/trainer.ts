// Holds weights and optimiser state between steps and runs the compiled step graphs over them.
import type { Weight, Weights } from "../weights.ts"
import type { Batch, BatchShape } from "./batch.ts"
import { inputName } from "./binding.ts"
import { type AdamWConfig, momentName, secondMomentName, stepNumbers } from "./optimizer.ts"
import { DoubleBuffer, floatValue, Session, scalarValue, type Values } from "./session.ts"
import {
  accumulatorName,
  buildGradientGraph,
  buildStepGraph,
  buildUpdateGraph,
  type TrainTarget,
  trainableWeights
} from "./step-graph.ts"

/** What a step reports. */
export interface StepResult {
  /** Cross-entropy per supervised token of the whole step, in nats. */
  readonly loss: number
  /** Global gradient norm before clipping. */
  readonly gradNorm: number
  /** Place of the first micro-batch whose loss is not finite, −1 if none. */
  readonly badBatch: number
}

/** Optimiser state: first and second moments by weight name. */
export interface Moments {
  readonly first: Weights
  readonly second: Weights
}

const fedValues = (weights: Weights): Values =>
  Object.fromEntries([...weights].map(([name, { data, shape }]) => [inputName(name), floatValue(data, shape)]))

/** A training in progress. */
export class Trainer {
  private readonly names: ReadonlyMap<string, readonly number[]>
  private readonly state = new DoubleBuffer()
  private readonly sums = new DoubleBuffer()
  private readonly optimizer: AdamWConfig
  private readonly frozen: Values
  private readonly main: Session
  private readonly update: Session | undefined

  private constructor(
    target: TrainTarget,
    optimizer: AdamWConfig,
    compiled: { readonly main: Session; readonly update: Session | undefined; readonly fed: Weights },
    moments: Moments | undefined
  ) {
    const weights = trainableWeights(target)
    this.optimizer = optimizer
    this.main = compiled.main
    this.update = compiled.update
    this.frozen = fedValues(compiled.fed)
    this.names = new Map([...weights].map(([name, { shape }]) => [name, shape]))
    for (const [name, { shape, data }] of weights) {
      this.state.add(inputName(name), shape, data)
      this.state.add(momentName(name), shape, moments?.first.get(name)?.data)
      this.state.add(secondMomentName(name), shape, moments?.second.get(name)?.data)
      if (compiled.update !== undefined) this.sums.add(accumulatorName(name), shape)
    }
  }

  /** Compiles the graphs; `accumulate` > 1 keeps gradients and update apart. `moments` continues an earlier run. */
  static async compile(
    target: TrainTarget,
    shape: BatchShape,
    options: {
      readonly optimizer: AdamWConfig
      readonly accumulate: number
      readonly threads?: number
      readonly moments?: Moments
    }
  ): Promise<Trainer> {
    const threads = options.threads === undefined ? {} : { threads: options.threads }
    if (options.accumulate === 1) {
      const { graph, fed } = buildStepGraph(target, shape, options.optimizer)
      const main = await Session.compile(graph, threads)
      return new Trainer(target, options.optimizer, { main, update: undefined, fed }, options.moments)
    }
    const { graph, fed } = buildGradientGraph(target, shape, { accumulate: true })
    const main = await Session.compile(graph, threads)
    const update = await Session.compile(buildUpdateGraph(target, options.optimizer), threads)
    return new Trainer(target, options.optimizer, { main, update, fed }, options.moments)
  }

  /** Runs step `step`, counted from 1, at learning rate `lr` over its micro-batches; N is taken over all of them. */
  async step(batches: readonly Batch[], step: number, lr: number): Promise<StepResult> {
    const supervised = batches.reduce((total, batch) => total + batch.supervised, 0)
    const inverseCount = scalarValue(1 / Math.max(1, supervised))
    const numbers = stepNumbers(this.optimizer, step, lr)
    const scalars: Values = {
      stepSize: scalarValue(numbers.stepSize),
      epsilon: scalarValue(numbers.epsilon),
      keep: scalarValue(numbers.keep)
    }
    if (this.update === undefined) {
      const feeds = { ...this.frozen, ...this.state.feeds(), ...batches[0]!.feeds, ...scalars, inverseCount }
      const result = await this.main.run(feeds, this.state.targets())
      this.state.swap()
      return this.report([result.loss!.data[0] as number], result.gradNorm!.data[0] as number)
    }
    this.sums.clear()
    const losses: number[] = []
    for (const batch of batches) {
      const feeds = { ...this.frozen, ...this.weightFeeds(), ...this.sums.feeds(), ...batch.feeds, inverseCount }
      const result = await this.main.run(feeds, this.sums.targets())
      this.sums.swap()
      losses.push(result.loss!.data[0] as number)
    }
    const result = await this.update.run(
      { ...this.state.feeds(), ...this.sums.feeds(), ...scalars },
      this.state.targets()
    )
    this.state.swap()
    return this.report(losses, result.gradNorm!.data[0] as number)
  }

  private weightFeeds(): Values {
    const feeds = this.state.feeds()
    return Object.fromEntries([...this.names.keys()].map((name) => [inputName(name), feeds[inputName(name)]!]))
  }

  private report(losses: readonly number[], gradNorm: number): StepResult {
    const loss = losses.reduce((total, part) => total + part, 0)
    const bad = losses.findIndex((part) => !Number.isFinite(part))
    return { loss, gradNorm, badBatch: bad === -1 && !Number.isFinite(gradNorm) ? 0 : bad }
  }

  private copy(rename: (name: string) => string): Map<string, Weight> {
    const copied = new Map<string, Weight>()
    for (const [name, shape] of this.names) {
      copied.set(name, { shape, data: this.state.data(rename(name)).slice() })
    }
    return copied
  }

  /** A copy of the trained weights. */
  weights(): Map<string, Weight> {
    return this.copy(inputName)
  }

  /** A copy of the optimiser state. */
  moments(): Moments {
    return { first: this.copy(momentName), second: this.copy(secondMomentName) }
  }

  /** Frees the compiled graphs. */
  async dispose(): Promise<void> {
    await this.main.dispose()
    await this.update?.dispose()
  }
}
