// Files held against torch, transformers and peft, in a Python environment that the tests make (npm run test:torch).
import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/torch/**/*.torch.test.ts"],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    fileParallelism: false,
    pool: "threads"
  }
})
