"""Records the MinHash signatures that NeMo Curator 1.4 gives to a list of texts, for test/text/murmur-minhash.test.ts.

Usage: python bench/conformance/record_curator_minhash.py OUT.json, with numpy and mmh3 (recorded with 2.4.6 and 5.3.1).
Curator signs on a GPU only, with cuDF's nvtext::minhash. This is its formula as cuDF documents it, over the mmh3 package's
MurmurHash3, with the draws of Curator's GPUMinHash (numpy.random.RandomState(42), factor and term in turn). What it
computes was held against cuDF's own expected values (cpp/tests/text/minhash_tests.cpp, the 32-bit ones of Permuted and
PermutedWide): the first lines of main() stop where one differs. Of each text: the sha256 (32 hex digits) of its 260 numbers,
least significant byte first, and the first three of them.
"""
import hashlib
import json
import sys

import mmh3
import numpy as np

TEXTS = [
    "",
    "d",
    "twenty-three characters",
    "twenty-four characters !",
    "twenty-five characters !!",
    "The quick brown fox jumpéd over the lazy brown dog.",
    "Straße, Größe, Ähre: ein Satz mit Umlauten und einem ß am Ende",
    "日本語の文章を二十四文字より少し長くして、符号点で数えることを確かめる。",
    "a line\nand another\ttab\u00a0and\u2003spaces 😀 beyond the plane 𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
    "the north gate of the old sluice opens every morning at dawn " * 40,
    " ".join(f"w{i * i % 1009}" for i in range(3000)),
]


def cudf_minhash(text, seed, params, width):
    if text == "":
        return [0] * len(params)
    windows = [text[i : i + width].encode() for i in range(max(1, len(text) - width + 1))]
    hashes = [max(1, mmh3.hash(window, seed, signed=False)) for window in windows]
    return [min(((h * a + b) % 2**32) % (2**61 - 1) for h in hashes) for a, b in params]


def curator_params(seed, count):
    draw = np.random.RandomState(seed)
    prime = np.uint32((1 << 31) - 1)
    return [
        (int(draw.randint(1, prime, dtype=np.uint32)), int(draw.randint(0, prime, dtype=np.uint32)))
        for _ in range(count)
    ]


def main(out):
    tens = [(10, 10), (11, 11), (12, 12)]
    assert cudf_minhash("doc 1", 0, tens, 4) == [1392101586, 394869177, 811528444]
    assert cudf_minhash("d", 0, tens, 4) == [2264583304, 2920538364, 3576493424]
    twenties = [(20, 20), (21, 21), (22, 22)]
    assert cudf_minhash("y" * (2 << 19), 0, twenties, 4) == [1293098788, 2860992281, 133918478]
    params = curator_params(42, 260)
    rows = []
    for text in TEXTS:
        signature = cudf_minhash(text, params[0][0], params, 24)
        digest = hashlib.sha256(np.array(signature, dtype="<u4").tobytes()).hexdigest()[:32]
        rows.append({"text": text, "sha256": digest, "first": signature[:3]})
    with open(out, "w", encoding="utf-8") as file:
        json.dump({"draws": [params[0], params[1], params[-1]], "rows": rows}, file, ensure_ascii=False, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
