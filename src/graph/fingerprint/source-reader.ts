// The only door from fingerprints to the disk: reads sources, resolves specifiers, digests installed packages.
import { existsSync, readFileSync, realpathSync } from "node:fs"
import { isBuiltin } from "node:module"
import { dirname, join, sep } from "node:path"
import { exportTarget, mapTarget } from "./exports-map.ts"
import { InstalledPackages, type PackageFacts, type StoredDigests } from "./installed-packages.ts"
import type { SharedDigests } from "./shared-digests.ts"

export type Resolution =
  | { readonly kind: "source"; readonly path: string }
  | { readonly kind: "package"; readonly name: string; readonly subpath: string; readonly directory: string }
  | { readonly kind: "builtin"; readonly name: string }
  | { readonly kind: "missing"; readonly reason: string }

export interface SourceReader {
  /** The bytes of a file; undefined when there is none. */
  read(path: string): Uint8Array | undefined
  /** The path behind links; the path itself when there is nothing. */
  realPath(path: string): string
  /** What a specifier stands for in a file. */
  resolve(from: string, specifier: string): Resolution
  /** What is installed in a package's directory. */
  packageFacts(directory: string): PackageFacts
  /** The directory of a package whose files changed since its facts were asked for. */
  changedPackage(): string | undefined
}

type Manifest = { readonly [field: string]: unknown }

/** The reader of the real file system; digests of packages are kept in `stored` between processes, in `shared` for all stores. */
export class DiskReader implements SourceReader {
  readonly #packages: InstalledPackages
  readonly #manifests = new Map<string, Manifest | undefined>()
  readonly #manifestDirectories = new Map<string, string | undefined>()
  readonly #packageDirectories = new Map<string, string | undefined>()
  readonly #real = new Map<string, string | undefined>()
  readonly #compiled: string | undefined

  constructor(stored: StoredDigests = new Map(), compiled?: string, shared?: SharedDigests) {
    this.#compiled = compiled
    this.#packages = new InstalledPackages(stored, shared)
  }

  read(path: string): Uint8Array | undefined {
    try {
      return readFileSync(path)
    } catch {
      return undefined
    }
  }

  realPath(path: string): string {
    return this.#realpath(path) ?? path
  }

  resolve(from: string, specifier: string): Resolution {
    if (specifier.startsWith("node:")) return { kind: "builtin", name: specifier }
    if (/^\.\.?(\/|$)/.test(specifier)) return this.#file(join(dirname(from), specifier), specifier)
    if (specifier.startsWith("#")) return this.#imported(from, specifier)
    if (/^[a-z]+:/i.test(specifier) || specifier.startsWith("/")) {
      return { kind: "missing", reason: `"${specifier}" names a place on one machine or on the network` }
    }
    if (isBuiltin(specifier)) return { kind: "builtin", name: `node:${specifier}` }
    return this.#package(from, specifier)
  }

  packageFacts(directory: string): PackageFacts {
    return this.#packages.facts(directory)
  }

  changedPackage(): string | undefined {
    return this.#packages.changed()
  }

  #file(path: string, specifier: string): Resolution {
    const real = this.#realpath(path)
    return real === undefined
      ? { kind: "missing", reason: `"${specifier}" does not exist` }
      : { kind: "source", path: real }
  }

  #imported(from: string, specifier: string): Resolution {
    const directory = this.#manifestDirectory(dirname(from))
    const map = directory && this.#manifest(directory)?.imports
    const target = map ? mapTarget(map as { [key: string]: unknown }, specifier) : undefined
    if (!directory || target === undefined) {
      return { kind: "missing", reason: `"${specifier}" is not in the imports of the nearest package.json` }
    }
    if (target.startsWith("./")) return this.#file(join(directory, target), specifier)
    return this.resolve(join(directory, "package.json"), target)
  }

  #package(from: string, specifier: string): Resolution {
    const parts = specifier.split("/")
    const name = parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/")
    const rest = specifier.slice(name.length)
    const directory = this.#packageDirectory(dirname(from), name)
    if (directory === undefined) return { kind: "missing", reason: `the package "${name}" is not installed` }
    if (directory.includes(`${sep}node_modules${sep}`)) return { kind: "package", name, subpath: `.${rest}`, directory }
    if (this.#compiled !== undefined && dirname(this.#compiled) === directory)
      return { kind: "package", name, subpath: `.${rest}`, directory: this.#compiled }
    const target = exportTarget(this.#manifest(directory) ?? {}, `.${rest}`)
    if (target === undefined) return { kind: "missing", reason: `the package "${name}" does not export ".${rest}"` }
    return this.#file(join(directory, target), specifier)
  }

  #packageDirectory(start: string, name: string): string | undefined {
    const key = `${start}\0${name}`
    if (this.#packageDirectories.has(key)) return this.#packageDirectories.get(key)
    const candidate = join(start, "node_modules", name)
    let found = existsSync(join(candidate, "package.json")) ? this.#realpath(candidate) : undefined
    const parent = dirname(start)
    if (found === undefined && parent !== start) found = this.#packageDirectory(parent, name)
    this.#packageDirectories.set(key, found)
    return found
  }

  #manifestDirectory(start: string): string | undefined {
    if (this.#manifestDirectories.has(start)) return this.#manifestDirectories.get(start)
    const parent = dirname(start)
    let found: string | undefined
    if (this.#manifest(start)) found = start
    else if (parent !== start) found = this.#manifestDirectory(parent)
    this.#manifestDirectories.set(start, found)
    return found
  }

  #manifest(directory: string): Manifest | undefined {
    if (!this.#manifests.has(directory)) {
      const bytes = this.read(join(directory, "package.json"))
      this.#manifests.set(directory, bytes && (JSON.parse(Buffer.from(bytes).toString("utf8")) as Manifest))
    }
    return this.#manifests.get(directory)
  }

  #realpath(path: string): string | undefined {
    if (!this.#real.has(path)) {
      let real: string | undefined
      try {
        real = realpathSync.native(path)
      } catch {
        real = undefined
      }
      this.#real.set(path, real)
    }
    return this.#real.get(path)
  }
}
