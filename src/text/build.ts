// Makes the binary files of this folder from their sources: `node src/text/build.ts`. Tests make them again and compare.
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import asc from "assemblyscript/asc"
import { languageTable } from "./language-table.ts"
import { unicodeTable } from "./unicode-table.ts"

const at = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** Compiles an AssemblyScript kernel of this folder to WebAssembly with SIMD. */
export const compileKernel = async (name: string): Promise<Uint8Array> => {
  let wasm: Uint8Array | undefined
  const flags = ["--enable", "simd", "--optimizeLevel", "3", "--noAssert", "--runtime", "stub", "--use", "abort="]
  const { error, stderr } = await asc.main([name, "--outFile", "out.wasm", ...flags], {
    readFile: (path) => (/^[\w-]+\.as\.ts$/.test(path) && existsSync(at(path)) ? readFileSync(at(path), "utf8") : null),
    writeFile: (path, contents) => {
      if (path === "out.wasm") wasm = contents as Uint8Array
    },
    listFiles: () => []
  })
  if (error !== null || wasm === undefined) throw new Error(`${name} does not compile: ${stderr.toString()}`)
  return wasm
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(at("unicode.bin"), unicodeTable())
  writeFileSync(at("languages.bin"), await languageTable())
  for (const kernel of ["json", "minhash", "wide-minhash", "texts"])
    writeFileSync(at(`${kernel}.wasm`), await compileKernel(`${kernel}.as.ts`))
}
