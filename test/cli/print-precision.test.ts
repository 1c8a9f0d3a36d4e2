// What mixed precision adds to printed text: skipped steps and the loss scale in a ledger, f16 among doctor's devices.
import { expect, test } from "vitest"
import type { Terminal } from "../../src/cli/print.ts"
import { printSteps } from "../../src/cli/print-steps.ts"
import { printDiagnosis } from "../../src/cli/print-store.ts"
import type { LedgerStep } from "../../src/lineage/steps.ts"
import type { DeviceFound } from "../../src/model/train/device-probe.ts"

const printed = (print: (to: Terminal) => void): ReadonlyArray<string> => {
  const lines: Array<string> = []
  print({
    tty: false,
    width: Number.POSITIVE_INFINITY,
    paint: (_, text) => text,
    line: (text = "") => {
      lines.push(text)
    }
  })
  return lines
}

const step = (at: number, more: Partial<LedgerStep> = {}): LedgerStep => ({
  step: at,
  rowIds: ["a"],
  tokens: 10,
  supervised: 5,
  loss: 2,
  gradNorm: 0.5,
  learningRate: 0.1,
  ...more
})

test("a ledger of f16 says which steps were skipped, and each loss scale", () => {
  const steps = [
    step(1, { gradNorm: 0, lossScale: 65_536, skipped: true }),
    step(2, { lossScale: 32_768, skipped: false })
  ]
  expect(printed((to) => printSteps(to, steps, 10))).toEqual([
    "  step    loss  grad norm       lr  tokens  supervised  rows  loss scale",
    "     1  2.0000    skipped  1.00e-1      10           5     1      65,536",
    "     2  2.0000      0.500  1.00e-1      10           5     1      32,768",
    "  2 steps, 20 tokens; 1 skipped: gradients beyond f16"
  ])
})

test("one of f32 has no such column", () => {
  const lines = printed((to) => printSteps(to, [step(1), step(2), step(3)], 2))
  expect(lines[0]).not.toContain("scale")
  expect(lines.at(-1)).toBe("  3 steps, 30 tokens; 1 not shown (--rows, --json)")
})

test("doctor says of a GPU whether it has f16", () => {
  const gpu = (half: boolean): DeviceFound => ({
    device: "webgpu",
    available: true,
    text: "Vulkan",
    half,
    evidence: []
  })
  const cpu: DeviceFound = { device: "cpu", available: true, text: "2 cores", evidence: [] }
  const lines = printed((to) => printDiagnosis(to, { ok: true, checks: [], devices: [cpu, gpu(true), gpu(false)] }))
  expect(lines.map((line) => line.replaceAll(/ +/g, " "))).toEqual([
    "✓ device cpu 2 cores",
    "✓ device webgpu Vulkan; f16",
    "✓ device webgpu Vulkan; no f16"
  ])
})
