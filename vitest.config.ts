// Runs every test under test/; heavy suites have their own command (npm run test:long).
import { availableParallelism } from "node:os"
import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"

/** What takes longest, so that it does not begin last. */
const long = /test\/(docs\/examples|run\/(equivalence|memory|one-percent)|plan\/edit-matrix|faults\/)/

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification) => long.test(moduleId)
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/**/*.long.test.ts", "test/torch/**", "node_modules/**"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "threads",
    sequence: { sequencer: LongFirst },
    // One more than there are cores: most tests wait for a process or a disk.
    maxWorkers: availableParallelism() + 1
  }
})
