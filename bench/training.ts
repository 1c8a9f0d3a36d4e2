// Training and generation in tokens a second, on the CPU and on each GPU that is there; without one it says why.
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { type Device, devices } from "../src/model/index.ts"
import { type DeviceFound, probeDevice } from "../src/model/train/device-probe.ts"
import { Figures } from "./figure.ts"
import { measureTokenTable } from "./token-table.ts"
import { type Measured, type Work, works } from "./training-work.ts"

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

const measure = (work: Work, device: Device, steps?: number): Measured | undefined => {
  const order = JSON.stringify({ work, device, ...(steps === undefined ? {} : { steps }) })
  const process_ = join(import.meta.dirname, "training-process.ts")
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [process_, order], {
    encoding: "utf8",
    timeout: patience,
    maxBuffer: 1 << 26
  })
  if (status === 0) return JSON.parse(stdout.trimEnd().split("\n").at(-1)!) as Measured
  console.log(`${work.what}, ${device}: failed, ${signal ?? `exit code ${status}`}\n${stderr.slice(-1000)}`)
  return undefined
}

/** Steps whose losses are compared between devices. */
const compared = 20
const first = works[0]!
const onCpu = found.some(({ device }) => device === "cpu") ? measure(first, "cpu", compared) : undefined
for (const { device } of found) {
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
}
for (const work of works) {
  for (const { device } of found) {
    const measured = measure(work, device)
    if (measured === undefined) continue
    const { tokensPerSecond, firstSeconds, peakMiB, gpuMiB } = measured
    figures.note(`${work.what}, ${device}`, tokensPerSecond, "tok/s", device === "cpu" ? work.reach : "")
    figures.note("  until the first result", firstSeconds, "s", "")
    figures.note("  peak memory of the process", peakMiB, "MiB", "")
    if (gpuMiB > 0) figures.note("  in use on the GPU", gpuMiB, "MiB", "")
  }
}
figures.keep()
