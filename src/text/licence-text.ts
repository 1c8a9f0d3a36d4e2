// Which licence a text is or names: by the words that each of the common ones has and no other, as SPDX identifiers.

/** A licence by what its text, in small letters and with single blanks, must have, and must not. */
interface Rule {
  readonly id: string
  readonly has: RegExp
  readonly also?: RegExp
  readonly not?: RegExp
}

const mit = /permission is hereby granted, free of charge, to any person obtaining a copy/
const bsd = /redistribution and use in source and binary forms, with or without modification, are permitted/
const isc =
  /permission to use, copy, modify,? and(?:\/or)? distribute this software for any purpose with or without fee is hereby granted/

/**
 * Versions of the GNU licences stand without -only and -or-later: which of the two holds, the text of the licence does not
 * say. Names of model licences are those of the Hugging Face hub; SPDX has none.
 */
const rules: readonly Rule[] = [
  { id: "Apache-2.0", has: /apache license,? version 2\.0/ },
  { id: "MIT", has: mit, also: /permission notice (?:\([^)]*\) )?shall be included/ },
  { id: "MIT-0", has: mit, not: /permission notice (?:\([^)]*\) )?shall be included/ },
  { id: "MIT", has: /(?:licensed|released) under the mit licen[cs]e/ },
  { id: "BSD-4-Clause", has: bsd, also: /all advertising materials mentioning features/ },
  {
    id: "BSD-3-Clause",
    has: bsd,
    also: /(?:neither the names? of|may not be used to endorse)/,
    not: /all advertising/
  },
  { id: "BSD-2-Clause", has: bsd, not: /(?:neither the names? of|may not be used to endorse|all advertising)/ },
  { id: "ISC", has: isc, also: /provided that the above copyright notice/ },
  { id: "0BSD", has: isc, not: /provided that the above copyright notice/ },
  { id: "MPL-2.0", has: /mozilla public license,? (?:version|v\.?) ?2\.0/ },
  { id: "AGPL-3.0", has: /gnu affero general public license,? version 3,/ },
  { id: "LGPL-3.0", has: /gnu lesser general public license,? version 3,/ },
  { id: "LGPL-2.1", has: /gnu lesser general public license,? version 2\.1,/ },
  { id: "GPL-3.0", has: /gnu general public license,? version 3,/ },
  { id: "GPL-2.0", has: /gnu general public license,? version 2,/ },
  { id: "GFDL-1.3", has: /gnu free documentation license,? version 1\.3,/ },
  { id: "Unlicense", has: /this is free and unencumbered software released into the public domain/ },
  { id: "CC0-1.0", has: /(?:cc0 1\.0 universal|creativecommons\.org\/publicdomain\/zero\/1\.0)/ },
  { id: "EPL-2.0", has: /eclipse public license - v ?2\.0/ },
  { id: "BSL-1.0", has: /boost software license - version 1\.0/ },
  { id: "Zlib", has: /altered source versions must be plainly marked as such/ },
  { id: "Artistic-2.0", has: /the artistic license 2\.0/ },
  { id: "BlueOak-1.0.0", has: /blue oak model license version 1\.0\.0/ },
  { id: "WTFPL", has: /do what the fuck you want to public license/ },
  { id: "Python-2.0", has: /python software foundation license version 2/ },
  { id: "ODbL-1.0", has: /open database license \(?"?odbl"?\)?|odc open database license/ },
  { id: "ODC-By-1.0", has: /(?:odc|open data commons) attribution license/ },
  { id: "PDDL-1.0", has: /(?:odc|open data commons) public domain dedication (?:and|&) licen[cs]e/ },
  { id: "CDLA-Permissive-2.0", has: /community data license agreement [-–] permissive [-–] version 2\.0/ },
  { id: "CDLA-Sharing-1.0", has: /community data license agreement [-–] sharing [-–] version 1\.0/ },
  { id: "llama2", has: /llama 2 community license agreement/ },
  { id: "llama3", has: /llama 3 community license agreement/ },
  { id: "llama3.1", has: /llama 3\.1 community license agreement/ },
  { id: "llama3.2", has: /llama 3\.2 community license agreement/ },
  { id: "gemma", has: /gemma terms of use/ }
]

const conditions: readonly (readonly [RegExp, string])[] = [
  [/noncommercial|non-commercial|\bnc\b/, "NC"],
  [/noderiv|\bnd\b/, "ND"],
  [/share ?alike|\bsa\b/, "SA"]
]

/** Creative Commons: its titles, the short names, and addresses of its deeds. */
const commons = [
  /(?<![-\w])attribution((?:[- ](?:non-?commercial|share ?alike|no ?deriv\w*))*) (\d\.\d)(?: |$)/,
  /(?<![-\w])cc[- ]by((?:-(?:nc|nd|sa))*)[- ](\d\.\d)/,
  /creativecommons\.org\/licenses\/by((?:-(?:nc|nd|sa))*)\/(\d\.\d)/
]

interface Found {
  readonly id: string
  readonly at: number
}

const commonsIn = (text: string): readonly Found[] =>
  commons.flatMap((pattern) => {
    const match = pattern.exec(text)
    if (match === null) return []
    const given = conditions.filter(([word]) => word.test(match[1]!)).map(([, short]) => `-${short}`)
    return { id: `CC-BY${given.join("")}-${match[2]}`, at: match.index }
  })

const spdx = /SPDX-License-Identifier:[ \t]*([\w.+() \t-]+)/

/** What the line `SPDX-License-Identifier:` names, without the end of the comment that it stands in. */
export const spdxLine = (text: string): string | undefined => spdx.exec(text)?.[1]?.replace(/[\s-]+$/, "")

/**
 * The licence that `text` is or names, as an SPDX identifier or expression; undefined where none is known. Of several the one
 * that stands first counts: those of parts from elsewhere come behind.
 *
 * @example
 * import { licenceOf } from "#sluice/text"
 * licenceOf("# SPDX-License-Identifier: MIT OR Apache-2.0") // → "MIT OR Apache-2.0"
 * licenceOf("Licensed under the Apache License, Version 2.0 (the License)") // → "Apache-2.0"
 * licenceOf("Creative Commons Attribution-ShareAlike 4.0 International") // → "CC-BY-SA-4.0"
 * licenceOf("All rights reserved.") // → undefined
 */
export const licenceOf = (text: string): string | undefined => {
  const plain = text
    .toLowerCase()
    .replace(/^[ \t]*(?:\/\/|#+|\*|;|>)+/gm, " ")
    .replace(/[“”]/g, '"')
    .replace(/[‐‑–—]/g, "-")
    .replace(/\s+/g, " ")
  const found = rules.flatMap(({ id, has, also, not }): readonly Found[] => {
    const at = plain.search(has)
    const isIt = at >= 0 && (also === undefined || also.test(plain)) && not?.test(plain) !== true
    return isIt ? [{ id, at }] : []
  })
  const first = [...found, ...commonsIn(plain)].sort((a, b) => a.at - b.at)[0]
  const line = plain.search(/spdx-license-identifier:/)
  return line < 0 || (first !== undefined && first.at < line) ? first?.id : spdxLine(text)
}
