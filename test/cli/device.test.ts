// --device: what reruns when it changes, what is said where it is missing, and doctor's list.
import { afterAll, beforeAll, expect, it } from "vitest"
import { probeDevice } from "../../src/model/train/device-probe.ts"
import { makeNotes } from "./notes.ts"
import type { TestProject } from "./project.ts"

const cuda = await probeDevice("cuda")
const reason = cuda.available ? " (skipped: CUDA is here)" : ""
let project: TestProject

beforeAll(async () => {
  project = makeNotes({ "profiles/gpu.json": '{ "device": "cuda", "workers": 1 }' })
  await project.raw("run", "notes", "--workers", "1")
})
afterAll(() => project.close())

interface Planned {
  readonly name: string
  readonly kind: string
  readonly verdict: string
  readonly because: ReadonlyArray<string>
  readonly expected?: object
}

it("another device makes the programs run again, and nothing else", async () => {
  const [plan] = await project.json("plan", "notes", "--workers", "1", "--device", "cuda")
  const nodes = plan.nodes as ReadonlyArray<Planned>
  expect(nodes.filter(({ kind }) => kind !== "program").every(({ verdict }) => verdict === "hit")).toBe(true)
  const programs = nodes.filter(({ kind }) => kind === "program")
  expect(programs.length).toBeGreaterThan(0)
  for (const { verdict, because, expected } of programs) {
    expect(verdict).not.toBe("hit")
    // What it cost on the CPU tells nothing.
    expect(expected).toBeUndefined()
    expect(because).toContain("device cpu → cuda")
  }
  const [same] = await project.json("plan", "notes", "--workers", "1", "--device", "cpu")
  expect((same.nodes as ReadonlyArray<Planned>).every(({ verdict }) => verdict === "hit")).toBe(true)
})

it("a profile says the same as the flags", async () => {
  const by = async (...flags: ReadonlyArray<string>) => (await project.json("plan", "notes", ...flags))[0]
  expect(await by("--profile", "gpu")).toEqual(await by("--workers", "1", "--device", "cuda"))
  expect(await by("--profile", "gpu", "--device", "cpu")).toEqual(await by("--workers", "1"))
})

it.skipIf(cuda.available)(`without the device nothing runs, and the CPU's command is told${reason}`, async () => {
  const args = ["run", "notes", "--profile", "gpu", "--set", "notes.judge.bar=3"]
  const { code, err } = await project.sluice(...args)
  expect(code).toBe(1)
  expect(err).toMatch(/^✗ device cuda cannot be used here: .+ {2}SLUICE_NO_DEVICE\n {2}looked for: /)
  expect(err.trimEnd().split("\n").at(-1)).toBe("  → sluice run notes --set notes.judge.bar=3 --workers 1 --device cpu")
  const [failed] = (await project.json(...args)).slice(-1)
  expect(failed).toMatchObject({ event: "failed", code: "SLUICE_NO_DEVICE" })
})

it("what is all there needs no device", async () => {
  const { code } = await project.sluice("run", "notes", "--workers", "1", "--device", "cpu")
  expect(code).toBe(0)
})

it("doctor lists the devices, and a missing one is no fault", async () => {
  const [diagnosis] = await project.json("doctor")
  expect(diagnosis.ok).toBe(true)
  expect(diagnosis.devices.map(({ device }: { device: string }) => device)).toEqual(["cpu", "webgpu", "cuda"])
  for (const { available, evidence } of diagnosis.devices) expect(available || evidence.length > 0).toBe(true)
  const { out } = await project.sluice("doctor")
  expect(out).toMatch(/^✓ {2}device cpu +\d+ core/m)
  expect(out).toMatch(/^[✓–] {2}device cuda /m)
})
