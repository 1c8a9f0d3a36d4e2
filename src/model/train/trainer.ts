// Holds weights and optimiser state between steps and runs the compiled step graphs over them.
import type { Weight, Weights } from "../weights.ts"
import type { Batch, BatchShape } from "./batch.ts"
import { inputName } from "./binding.ts"
import type { Device } from "./device.ts"
import { type Frozen, freeze } from "./frozen.ts"
import { canShrink, firstLossScale, type LossScale } from "./loss-scale.ts"
import type { NoiseInputs } from "./noise.ts"
import { type AdamWConfig, momentName, secondMomentName, stepNumbers } from "./optimizer.ts"
import { Session, scalarValue, type Values } from "./session.ts"
import { State } from "./state.ts"
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
  /** Place of the first micro-batch whose loss is not finite, −1 if none; or its gradient, where no loss scale is at fault. */
  readonly badBatch: number
  /** Whether gradients overflowed for their loss scale: no weight and no moment has changed. */
  readonly skipped: boolean
  /** log p of the targets of each micro-batch, where the target tells them. */
  readonly logProbs: readonly Float32Array[]
}

/** Optimiser state: first and second moments by weight name. */
export interface Moments {
  readonly first: Weights
  readonly second: Weights
}

interface Compiled {
  readonly main: Session
  readonly update: Session | undefined
  readonly frozen: Frozen
  readonly state: State
  readonly sums: State
  readonly noise: NoiseInputs | undefined
}

/** Weights and moments as the state of a training. */
const newState = (weights: Weights, moments: Moments | undefined, device: Device): State => {
  const state = new State(device, device === "cpu")
  for (const [name, { shape, data }] of weights) {
    state.add(inputName(name), shape, data)
    state.add(momentName(name), shape, moments?.first.get(name)?.data)
    state.add(secondMomentName(name), shape, moments?.second.get(name)?.data)
  }
  return state
}

/** What a run tells of its targets. */
const told = ({ logProbs }: Values): readonly Float32Array[] =>
  logProbs === undefined ? [] : [logProbs.data as Float32Array]

/** A training in progress. */
export class Trainer {
  private readonly names: ReadonlyMap<string, readonly number[]>
  private readonly optimizer: AdamWConfig
  private readonly seed: number
  private readonly isMixed: boolean
  private readonly compiled: Compiled

  private constructor(target: TrainTarget, optimizer: AdamWConfig, seed: number, compiled: Compiled) {
    this.seed = seed
    this.names = new Map([...trainableWeights(target)].map(([name, { shape }]) => [name, shape]))
    this.optimizer = optimizer
    this.isMixed = target.precision === "f16"
    this.compiled = compiled
  }

  /**
   * Compiles the graphs for a device, the CPU unless given; gradients and update are kept apart where `accumulate` > 1, and
   * in mixed precision, where it is the gradient norm that decides whether there is an update. `moments` continues an earlier
   * run; `seed` decides what is dropped out. Throws `SLUICE_NO_DEVICE`.
   */
  static async compile(
    target: TrainTarget,
    shape: BatchShape,
    options: {
      readonly optimizer: AdamWConfig
      readonly accumulate: number
      readonly threads?: number
      readonly device?: Device
      readonly moments?: Moments
      readonly seed?: number
    }
  ): Promise<Trainer> {
    const { optimizer, accumulate, device = "cpu", seed = 0 } = options
    const threads = options.threads === undefined ? {} : { threads: options.threads }
    const weights = trainableWeights(target)
    const state = newState(weights, options.moments, device)
    const sums = new State(device, device === "cpu")
    const { precision } = target
    if (accumulate === 1 && precision !== "f16") {
      const { graph, fed, noise } = buildStepGraph(target, shape, optimizer, device)
      const frozen = await freeze(fed, device)
      const main = await Session.compile(graph, { ...threads, frozen, resident: state.names() })
      return new Trainer(target, optimizer, seed, { main, update: undefined, frozen, state, sums, noise })
    }
    for (const [name, weight] of weights) sums.add(accumulatorName(name), weight.shape)
    const { graph, fed, noise } = buildGradientGraph(target, shape, { accumulate: true, device })
    const frozen = await freeze(fed, device, precision)
    const main = await Session.compile(graph, { ...threads, frozen, resident: sums.names() })
    const updating = buildUpdateGraph(target, optimizer, device)
    const update = await Session.compile(updating, { ...threads, resident: state.names() })
    return new Trainer(target, optimizer, seed, { main, update, frozen, state, sums, noise })
  }

  /**
   * Runs step `step`, counted from 1, at learning rate `lr` over its micro-batches; N is taken over all of them. AdamW counts
   * the steps that were not skipped.
   */
  async step(
    batches: readonly Batch[],
    step: number,
    lr: number,
    lossScale: LossScale = firstLossScale
  ): Promise<StepResult> {
    const supervised = batches.reduce((total, batch) => total + batch.supervised, 0)
    const inverseCount = scalarValue(1 / Math.max(1, supervised))
    const numbers = stepNumbers(this.optimizer, step - lossScale.skipped, lr)
    const scalars: Values = {
      stepSize: scalarValue(numbers.stepSize),
      epsilon: scalarValue(numbers.epsilon),
      keep: scalarValue(numbers.keep)
    }
    const { main, update, state, sums, noise } = this.compiled
    if (update === undefined) {
      const feeds = {
        ...state.feeds(),
        ...batches[0]!.feeds,
        ...noise?.draw(this.seed, step, 0),
        ...scalars,
        inverseCount
      }
      const result = await main.run(feeds, state.targets())
      state.advance(result)
      const gradNorm = result.gradNorm!.data[0] as number
      return this.report([result.loss!.data[0] as number], [gradNorm], told(result))
    }
    await sums.clear()
    const losses: number[] = []
    const norms: number[] = []
    const logProbs: Float32Array[] = []
    const shared = { inverseCount, ...(this.isMixed && { lossScale: scalarValue(lossScale.scale) }) }
    for (const [place, batch] of batches.entries()) {
      const random = noise?.draw(this.seed, step, place)
      const feeds = { ...this.weightFeeds(), ...sums.feeds(), ...batch.feeds, ...random, ...shared }
      const result = await main.run(feeds, sums.targets())
      sums.advance(result)
      losses.push(result.loss!.data[0] as number)
      if (this.isMixed) norms.push((result.gradNorm!.data[0] as number) / lossScale.scale)
      logProbs.push(...told(result))
    }
    const found = this.report(losses, norms, logProbs)
    if (this.isMixed && found.badBatch >= 0) {
      const skipped = losses.every(Number.isFinite) && canShrink(lossScale)
      return skipped ? { ...found, skipped, badBatch: -1 } : found
    }
    const known = this.isMixed && {
      gradNorm: scalarValue(found.gradNorm),
      inverseScale: scalarValue(1 / lossScale.scale)
    }
    const result = await update.run({ ...state.feeds(), ...sums.feeds(), ...scalars, ...known }, state.targets())
    state.advance(result)
    return this.isMixed ? found : this.report(losses, [result.gradNorm!.data[0] as number], logProbs)
  }

  private weightFeeds(): Values {
    const feeds = this.compiled.state.feeds()
    return Object.fromEntries([...this.names.keys()].map((name) => [inputName(name), feeds[inputName(name)]!]))
  }

  /** `norms` are those of the gradients summed so far, the last that of all, as far as they are known. */
  private report(losses: readonly number[], norms: readonly number[], logProbs: readonly Float32Array[]): StepResult {
    const loss = losses.reduce((total, part) => total + part, 0)
    const first = (values: readonly number[]): number => values.findIndex((value) => !Number.isFinite(value))
    const bad = first(losses)
    return { loss, gradNorm: norms.at(-1) ?? 0, badBatch: bad === -1 ? first(norms) : bad, skipped: false, logProbs }
  }

  private async copies(...renames: ReadonlyArray<(name: string) => string>): Promise<Map<string, Weight>[]> {
    const wanted = renames.flatMap((rename) => [...this.names.keys()].map(rename))
    const data = await this.compiled.state.read(wanted)
    return renames.map(
      (rename) => new Map([...this.names].map(([name, shape]) => [name, { shape, data: data.get(rename(name))! }]))
    )
  }

  /** A copy of the trained weights. */
  async weights(): Promise<Map<string, Weight>> {
    const [weights] = await this.copies(inputName)
    return weights!
  }

  /** A copy of the trained weights and of the optimiser state. */
  async snapshot(): Promise<{ readonly weights: Weights; readonly moments: Moments }> {
    const [weights, first, second] = await this.copies(inputName, momentName, secondMomentName)
    return { weights: weights!, moments: { first: first!, second: second! } }
  }

  /** Frees the compiled graphs and what lies on the device. */
  async dispose(): Promise<void> {
    const { main, update, frozen, state, sums } = this.compiled
    await state.dispose()
    await sums.dispose()
    await frozen.dispose()
    await main.dispose()
    await update?.dispose()
  }
}
