// What the README promises: start-up, the quickstart cold and again, memory.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { runCommand, startUp } from "./command.ts"
import { Figures, median } from "./figure.ts"

const store = mkdtempSync(join(tmpdir(), "sluice-bench-"))
const figures = new Figures("quickstart")
const run = () => runCommand(["run", "quickstart", "--store", store])

figures.note("sluice --help, to first output", await startUp(["--help"]), "ms", "≤ 150 ms")
const cold = await run()
figures.note("quickstart from nothing", cold.seconds, "s", "≤ 120 s on 2 cores")
figures.note("quickstart from nothing, peak memory", cold.peakMiB, "MiB", "≤ 2048 MiB")
const again = [await run(), await run(), await run()]
figures.note("quickstart again, nothing to do", median(again.map(({ seconds }) => seconds)), "s", "< 1 s")
const plan = await startUp(["plan", "quickstart", "--store", store])
figures.note("sluice plan quickstart, nothing changed, to first output", plan, "ms", "≤ 400 ms")
rmSync(store, { recursive: true, force: true })
figures.keep()
