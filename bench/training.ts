// Training and generation in tokens a second, on the CPU and on each GPU that is there, and by torch on the CPU; it says what is missing.
import { spawnSync } from "node:child_process"
import { availableParallelism, cpus } from "node:os"
import { setTimeout as wait } from "node:timers/promises"
import { join } from "node:path"
import { type Device, devices } from "../src/model/index.ts"
import { type DeviceFound, probeDevice } from "../src/model/train/device-probe.ts"
import { knownEnvironment } from "../test/torch/environment.ts"
import { Figures } from "./figure.ts"
import { measureTokenTable } from "./token-table.ts"
import { type Measured, measuredSeconds, positions, type Work, works } from "./training-work.ts"

/** Devices to measure, all unless SLUICE_DEVICES names some. */
const wanted = (process.env["SLUICE_DEVICES"]?.split(",") ?? devices) as ReadonlyArray<Device>

const found: Array<DeviceFound> = []
for (const device of wanted) {
  const one = await probeDevice(device)
  if (one.available) found.push(one)
  console.log(one.available ? `${device}: ${one.text}` : `${device}: not measured, ${one.text}`)
  if (!one.available) for (const line of one.evidence) console.log(`  ${line}`)
}
const described = Object.fromEntries(
  found.filter(({ device }) => device !== "cpu").map((one) => [one.device, one.text])
)
const gpus = Object.keys(described)
const figures = new Figures(gpus.length === 0 ? "training" : `training-${gpus.join("-")}`, described)

await measureTokenTable(figures)

/** Milliseconds that one piece may take. */
const patience = 180_000

const threads = availableParallelism()

const run = (what: string, command: string, given: ReadonlyArray<string>): Measured | undefined => {
  const { status, signal, stdout, stderr } = spawnSync(command, given, {
    encoding: "utf8",
    timeout: patience,
    maxBuffer: 1 << 26
  })
  if (status === 0) return JSON.parse(stdout.trimEnd().split("\n").at(-1)!) as Measured
  console.log(`${what}: failed, ${signal ?? `exit code ${status}`}\n${stderr.slice(-1000)}`)
  return undefined
}

const measure = (work: Work, device: Device, steps?: number): Measured | undefined => {
  const order = JSON.stringify({ work, device, threads, ...(steps === undefined ? {} : { steps }) })
  return run(`${work.what}, ${device}`, process.execPath, [join(import.meta.dirname, "training-process.ts"), order])
}

const torch = knownEnvironment()
if ("missing" in torch) console.log(`torch: not measured, ${torch.missing}`)

const measurePeer = (work: Work): Measured | undefined => {
  if ("missing" in torch) return undefined
  const order = JSON.stringify({ work, threads, seconds: measuredSeconds, positions })
  return run(`${work.what}, torch`, torch.python, [join(import.meta.dirname, "training-peer.py"), order])
}

/** Steps whose losses are compared between devices. */
const compared = 20
const [first, firstInHalf] = works as [Work, Work]
const onCpu = found.some(({ device }) => device === "cpu") ? measure(first, "cpu", compared) : undefined
for (const { device, half: hasHalf } of found) {
  if (device === "cpu" || onCpu === undefined) continue
  const [one, other] = [measure(first, device, compared), measure(first, device, compared)]
  if (one === undefined || other === undefined) continue
  const apart = onCpu.losses.map((loss, step) => Math.abs(loss - one.losses[step]!) / loss)
  figures.note(`${compared} losses apart from the CPU's, ${device}`, Math.max(...apart) * 1e6, "ppm", "≤ 1000 ppm")
  figures.note(
    `weights after ${compared} steps, twice the same bytes, ${device}`,
    +(one.weights === other.weights),
    "",
    "1"
  )
  const half = hasHalf === true ? measure(firstInHalf, device, compared) : undefined
  if (half === undefined) continue
  const apartInHalf = onCpu.losses.map((loss, step) => Math.abs(loss - half.losses[step]!) / loss)
  figures.note(
    `${compared} losses in f16 apart from the CPU's in f32, ${device}`,
    Math.max(...apartInHalf) * 1e6,
    "ppm",
    ""
  )
}
/** Share of the machine that other programs take, over half a second. */
const takenByOthers = async (): Promise<number> => {
  const times = () =>
    cpus().reduce(
      ({ idle, all }, { times: { user, nice, sys, irq, ...rest } }) => ({
        idle: idle + rest.idle,
        all: all + user + nice + sys + irq + rest.idle
      }),
      { idle: 0, all: 0 }
    )
  const before = times()
  await wait(500)
  const after = times()
  return 1 - (after.idle - before.idle) / Math.max(1, after.all - before.all)
}

const bound = (sign: "≥" | "≤", factor: number | undefined): string =>
  factor === undefined ? "" : `${sign} ${factor.toFixed(1)} ×`

/** The same work by torch, transformers and peft, right after it. */
const compare = (work: Work, { tokensPerSecond, peakMiB }: Measured): void => {
  const peer = measurePeer(work)
  if (peer === undefined) return
  figures.note("  torch", peer.tokensPerSecond, "tok/s", "")
  figures.note(
    "  speed in multiples of torch's",
    tokensPerSecond / peer.tokensPerSecond,
    "×",
    bound("≥", work.reach.speed)
  )
  figures.note("  peak memory of torch's process", peer.peakMiB, "MiB", "")
  figures.note("  peak memory in multiples of torch's", peakMiB / peer.peakMiB, "×", bound("≤", work.reach.memory))
}

for (const work of works) {
  const able = found.filter(({ half }) => work.precision === "f32" || half === true)
  if (able.length === 0) console.log(`${work.what}: not measured, no GPU with f16 is here`)
  if (able.length === 0) continue
  const taken = await takenByOthers()
  // Torch's threads wait for one another by spinning: beside other programs it measures many times too low.
  if (taken > 0.1)
    console.log(
      `  other programs take ${Math.round(100 * taken)} % of this machine: the next figures are not to be relied on`
    )
  for (const { device } of able) {
    const measured = measure(work, device)
    if (measured === undefined) continue
    const { tokensPerSecond, firstSeconds, peakMiB, gpuMiB } = measured
    figures.note(`${work.what}, ${device}`, tokensPerSecond, "tok/s", "")
    figures.note("  until the first result", firstSeconds, "s", "")
    figures.note("  peak memory of the process", peakMiB, "MiB", "")
    if (gpuMiB > 0) figures.note("  in use on the GPU", gpuMiB, "MiB", "")
    if (device === "cpu") compare(work, measured)
  }
}
figures.keep()
