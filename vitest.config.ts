// Runs every test under test/; heavy suites have their own command (npm run test:long).
import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/**/*.long.test.ts", "test/torch/**", "node_modules/**"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "threads",
    // Of two cores vitest would take one: most tests wait for a process or a disk.
    maxWorkers: "100%"
  }
})
