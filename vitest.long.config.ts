// The heavy suites: whole pipelines cold against incremental, many random sequences.
import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.long.test.ts"],
    testTimeout: 1_200_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    pool: "threads"
  }
})
