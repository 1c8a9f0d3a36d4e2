// Runs every test under test/; heavy suites have their own command (npm run test:long).
import { availableParallelism } from "node:os"
import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/**/*.long.test.ts", "test/torch/**", "node_modules/**"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "threads",
    // One more than there are cores: most tests wait for a process or a disk.
    maxWorkers: availableParallelism() + 1
  }
})
