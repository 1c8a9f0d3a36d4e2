// Compiles what is packed: Node runs no TypeScript below node_modules, so the package holds JavaScript and declarations under dist/.
import { execFileSync } from "node:child_process"
import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

type Manifest = { readonly imports: { readonly [name: string]: string } } & { readonly [field: string]: unknown }

/** A module addressed beside another one: the compiler rewrites imports, not these. */
const besideAddress = /(new URL\(\s*["'`][^"'`]*)\.ts(["'`],\s*import\.meta\.url)/g
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const dist = join(root, "dist")

rmSync(dist, { recursive: true, force: true })
const compiler = createRequire(import.meta.url).resolve("typescript/package.json")
execFileSync(process.execPath, [join(dirname(compiler), "bin", "tsc"), "-p", join(root, "tsconfig.package.json")], {
  stdio: "inherit"
})
for (const file of globSync("**/*.js", { cwd: dist })) {
  const path = join(dist, file)
  const code = readFileSync(path, "utf8")
  const rewritten = code.replace(besideAddress, "$1.js$2")
  if (rewritten !== code) writeFileSync(path, rewritten)
}
cpSync(join(root, "template"), join(dist, "template"), { recursive: true })
for (const file of globSync("{src,stages}/**/*.{wasm,bin,txt}", { cwd: root }))
  cpSync(join(root, file), join(dist, file))

// The compiled modules are a package scope of their own: their "#sluice" is compiled too.
const { name, version, type, sideEffects, imports, peerDependencies, devDependencies } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8")
) as Manifest
const compiled = Object.entries(imports)
  .filter(([, target]) => target.endsWith(".ts"))
  .map(([key, target]) => [key, target.replace(/\.ts$/, ".js")])
const manifest = { name, version, type, sideEffects, imports: Object.fromEntries(compiled) }
writeFileSync(
  join(dist, "package.json"),
  `${JSON.stringify({ ...manifest, peerDependencies, devDependencies }, null, 2)}\n`
)
