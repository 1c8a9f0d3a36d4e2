// One piece of the training bench in a process of its own: trains or generates on a device, and prints what it measured.
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { createLora, type CausalModel, type Device, generate, trainTokenizer } from "../src/model/index.ts"
import { weightShapes } from "../src/model/architectures/index.ts"
import { llamaConfig } from "../src/model/architectures/llama.ts"
import { layOutBatch } from "../src/model/train/batch.ts"
import { firstLossScale, nextLossScale } from "../src/model/train/loss-scale.ts"
import { Trainer } from "../src/model/train/trainer.ts"
import type { Weight } from "../src/model/weights.ts"
import { median } from "./figure.ts"
import { type Measured, measuredSeconds, positions, type Work } from "./training-work.ts"

interface Order {
  readonly work: Work
  readonly device: Device
  readonly threads: number
  /** Steps to take, as many as the time allows unless given. */
  readonly steps?: number
}

/** Numbers in [−1, 1) that only have to look random: 134 million of them in a second. */
const scatter = (seed: number) => {
  let state = seed | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state / 2 ** 31
  }
}

const modelOf = ({ geometry }: Work): CausalModel => {
  const { name: _, ...shape } = geometry
  const config = llamaConfig({ ...shape, maxPositions: positions })
  const next = scatter(7)
  const weights = new Map<string, Weight>()
  for (const [name, shape] of weightShapes(config)) {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1))
    if (shape.length === 1) data.fill(1)
    else for (let index = 0; index < data.length; index++) data[index] = 0.035 * next()
    weights.set(name, { shape, data })
  }
  return { config, weights, tokenizer: trainTokenizer({ texts: [], vocabSize: 259 }) }
}

const sequencesOf = ({ rows, length, geometry }: Work) => {
  const next = scatter(11)
  return Array.from({ length: rows }, (_, row) => ({
    rowId: `${row}`,
    ids: Int32Array.from({ length }, () => Math.floor(((next() + 1) / 2) ** 2 * geometry.vocabSize)),
    mask: new Uint8Array(length).fill(1)
  }))
}

const digestOf = (weights: ReadonlyMap<string, Weight>): string => {
  const hash = createHash("sha256")
  for (const { data } of weights.values()) hash.update(data)
  return hash.digest("hex")
}

/** The largest memory of this process, and what is in use on the GPU now, where NVIDIA's tool tells. */
const memory = (device: Device): Pick<Measured, "peakMiB" | "gpuMiB"> => {
  const asked = ["--query-gpu=memory.used", "--format=csv,noheader,nounits"]
  const { stdout } = device === "cpu" ? { stdout: "" } : spawnSync("nvidia-smi", asked, { encoding: "utf8" })
  return { peakMiB: process.resourceUsage().maxRSS / 1024, gpuMiB: Number.parseInt(stdout ?? "", 10) || 0 }
}

const train = async ({ work, device, threads, steps }: Order): Promise<Measured> => {
  const model = modelOf(work)
  const sequences = sequencesOf(work)
  const shape = { rows: work.rows, length: work.length, targets: work.rows * work.length }
  const rows = sequences.map((_, sequence) => [{ sequence, start: 0, end: work.length }])
  const adapter = work.kind === "lora" ? { adapter: createLora(model, { rank: 8, alpha: 16, seed: 1 }) } : {}
  const { checkpointing, precision } = work
  const target = { config: model.config, base: model.weights, checkpointing, precision, ...adapter }
  const optimizer = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1, maxGradNorm: 1 }
  const began = performance.now()
  const trainer = await Trainer.compile(target, shape, { optimizer, accumulate: 1, threads, device })
  const losses: Array<number> = []
  let lossScale = firstLossScale
  const step = async () => {
    const batch = layOutBatch(rows, sequences, shape)
    const { loss, skipped } = await trainer.step([batch], losses.length + 1, 1e-3, lossScale)
    losses.push(loss)
    lossScale = nextLossScale(lossScale, skipped)
  }
  await step()
  const firstSeconds = (performance.now() - began) / 1000
  await step()
  const from = performance.now()
  const times: Array<number> = []
  const enough = () =>
    steps === undefined ? performance.now() - from > measuredSeconds * 1000 : losses.length === steps
  while (!enough()) {
    const start = performance.now()
    await step()
    times.push((performance.now() - start) / 1000)
  }
  const tokensPerSecond = (work.rows * work.length) / median(times)
  const used = memory(device)
  const weights = digestOf(await trainer.weights())
  const measured = { tokensPerSecond, firstSeconds, ...used, losses, weights }
  await trainer.dispose()
  return measured
}

const write = async ({ work, device, threads }: Order): Promise<Measured> => {
  const model = modelOf(work)
  const prompts = sequencesOf(work).map(({ ids }) => ids)
  const drawn = work.kind === "draw" ? { temperature: 0.8, topP: 0.95, seed: 1 } : {}
  const settings = { device, threads, batchSize: work.rows, stopIds: [], ...drawn }
  const timed = async (maxNewTokens: number) => {
    const from = performance.now()
    await generate(model, prompts, { ...settings, maxNewTokens })
    return (performance.now() - from) / 1000
  }
  // Compiling and the prompts cost the same in both: the difference is the tokens.
  const firstSeconds = await timed(2)
  const short = Math.min(firstSeconds, await timed(2))
  const long = await timed(34)
  // Its sessions are gone by now, and with them their memory on the GPU.
  const used = { ...memory(device), gpuMiB: 0 }
  const tokensPerSecond = (work.rows * 32) / Math.max(0.001, long - short)
  return { tokensPerSecond, firstSeconds, ...used, losses: [], weights: "" }
}

const order = JSON.parse(process.argv[2]!) as Order
const measured = await (order.work.kind === "generate" || order.work.kind === "draw" ? write(order) : train(order))
process.stdout.write(`${JSON.stringify(measured)}\n`, () => process.exit(0))
