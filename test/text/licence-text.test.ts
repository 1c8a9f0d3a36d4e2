// Licences by their texts: against what packages declare beside them, and for the licences that no package here has.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { expect, test } from "vitest"
import { licenceOf, spdxLine } from "../../src/text/licence-text.ts"

const modules = resolve(import.meta.dirname, "../../node_modules")

/** Packages with one declared licence and one text beside it. */
const packages = (): ReadonlyArray<{ readonly name: string; readonly declared: string; readonly text: string }> =>
  readdirSync(modules)
    .flatMap((name) =>
      name.startsWith("@") ? readdirSync(join(modules, name)).map((one) => `${name}/${one}`) : [name]
    )
    .flatMap((name) => {
      const folder = join(modules, name)
      if (!existsSync(join(folder, "package.json"))) return []
      const { license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
        readonly license?: unknown
      }
      const files = readdirSync(folder).filter((file) => /^licen[cs]e(\.(md|txt))?$/i.test(file))
      if (typeof license !== "string" || /[( ]/.test(license) || files.length !== 1) return []
      return [{ name, declared: license, text: readFileSync(join(folder, files[0]!), "utf8") }]
    })

test("texts of the installed packages are what the packages declare", () => {
  const found = packages().map(({ name, declared, text }) => ({ name, declared, read: licenceOf(text) }))
  expect(found.length).toBeGreaterThan(80)
  const unlike = found.filter(({ declared, read }) => read !== undefined && read !== declared)
  expect(unlike).toEqual([])
  const unread = found.filter(({ read }) => read === undefined)
  expect(unread.length / found.length).toBeLessThan(0.05)
  expect(new Set(found.map(({ read }) => read)).size).toBeGreaterThan(4)
})

const mit = "Permission is hereby granted, free of charge, to any person obtaining a copy of this software"
const bsd = "Redistribution and use in source and binary forms, with or without\nmodification, are permitted provided"
const isc =
  "Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted"

test.each<[string | undefined, string]>([
  [
    "Apache-2.0",
    "                                 Apache License\n                           Version 2.0, January 2004"
  ],
  ["Apache-2.0", '// Licensed under the Apache License, Version 2.0 (the "License");'],
  ["MIT", `${mit} …\nThe above copyright notice and this permission notice shall be included in all copies`],
  ["MIT", "Released under the MIT license."],
  ["MIT-0", `${mit} … to permit persons to do so.\n\nTHE SOFTWARE IS PROVIDED "AS IS"`],
  ["BSD-2-Clause", `${bsd} that the following conditions are met`],
  ["BSD-3-Clause", `${bsd} … Neither the name of the copyright holder nor the names`],
  ["BSD-4-Clause", `${bsd} … All advertising materials mentioning features … Neither the name of the`],
  ["ISC", `${isc}, provided that the above copyright notice and this permission notice appear`],
  ["0BSD", `${isc}.`],
  ["MPL-2.0", "Mozilla Public License Version 2.0\n=================="],
  [
    "AGPL-3.0",
    "GNU AFFERO GENERAL PUBLIC LICENSE\n  Version 3, 19 November 2007\n … GNU General Public License, version 3, too"
  ],
  [
    "LGPL-3.0",
    "GNU LESSER GENERAL PUBLIC LICENSE\n Version 3, 29 June 2007 … the GNU General Public License, version 3,"
  ],
  ["LGPL-2.1", "GNU LESSER GENERAL PUBLIC LICENSE\n Version 2.1, February 1999"],
  ["GPL-3.0", "GNU GENERAL PUBLIC LICENSE\n Version 3, 29 June 2007"],
  ["GPL-2.0", "GNU GENERAL PUBLIC LICENSE\n Version 2, June 1991"],
  ["GFDL-1.3", "GNU Free Documentation License\n Version 1.3, 3 November 2008"],
  ["Unlicense", "This is free and unencumbered software released into the public domain."],
  ["CC0-1.0", "CC0 1.0 Universal"],
  ["CC-BY-4.0", "Creative Commons Attribution 4.0 International Public License"],
  ["CC-BY-SA-4.0", "Attribution-ShareAlike 4.0 International\n======="],
  ["CC-BY-SA-3.0", "Creative Commons Attribution-ShareAlike 3.0 Unported"],
  ["CC-BY-NC-4.0", "Attribution-NonCommercial 4.0 International"],
  ["CC-BY-NC-SA-4.0", "Attribution-NonCommercial-ShareAlike 4.0 International"],
  ["CC-BY-ND-4.0", "Attribution-NoDerivatives 4.0 International"],
  ["CC-BY-NC-ND-4.0", "This work is licensed under CC BY-NC-ND 4.0."],
  ["CC-BY-SA-4.0", "[Terms](https://creativecommons.org/licenses/by-sa/4.0/)"],
  ["EPL-2.0", "Eclipse Public License - v 2.0"],
  ["BSL-1.0", "Boost Software License - Version 1.0 - August 17th, 2003"],
  ["ODbL-1.0", "## ODC Open Database License (ODbL)"],
  ["ODC-By-1.0", "ODC Attribution License (ODC-By)"],
  ["PDDL-1.0", "ODC Public Domain Dedication and Licence (PDDL)"],
  ["CDLA-Permissive-2.0", "Community Data License Agreement - Permissive - Version 2.0"],
  ["llama3.2", "LLAMA 3.2 COMMUNITY LICENSE AGREEMENT"],
  ["gemma", "Gemma Terms of Use"],
  // What comes first is the text's own; parts from elsewhere come behind.
  ["MPL-2.0", `Mozilla Public License, version 2.0 … Bundled parts: ${mit} … permission notice shall be included`],
  [undefined, "All rights reserved. Ask the author."],
  [undefined, "Attribution: photographs by A. Miller, 4.0 megapixels"],
  [undefined, ""]
])("%s: %j", (id, text) => {
  expect(licenceOf(text)).toBe(id)
})

test.each<[string | undefined, string]>([
  ["MIT", "# SPDX-License-Identifier: MIT\nprint(1)"],
  ["Apache-2.0 OR MIT", "/* SPDX-License-Identifier: Apache-2.0 OR MIT */"],
  ["CC-BY-4.0", "<!-- SPDX-License-Identifier: CC-BY-4.0 -->"],
  ["CC0-1.0", '{ "note": "SPDX-License-Identifier: CC0-1.0", "rows": [] }'],
  ["GPL-2.0-only WITH Linux-syscall-note", "// SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note\r\n"],
  [undefined, "no identifier"]
])("the line says %s", (id, text) => {
  expect(spdxLine(text)).toBe(id)
})
