// The same for more documents than the normal tests take.
process.env["SEEDS"] = "2,3"
await import("./independence.test.ts")
