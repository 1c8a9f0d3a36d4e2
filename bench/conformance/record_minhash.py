"""Records datatrove 0.10's MinHash signatures of documents of the corpus, as hashes, for the conformance test.

Usage: python bench/conformance/record_minhash.py CORPUS OUT.json.gz, with the packages that record.py names and xxhash.
CORPUS is a folder of *.jsonl.zst with id and text. The documents: those with a text, in any language, the same number from
every file, evenly spaced in file order, 1,000 in all; each is signed as if it were English. No text is written: of each
document the sha256 (32 hex digits) of its text, of its simplified text, of its tokens joined by line feeds, and of its
signature (112 numbers of 64 bits, least significant byte first), empty where it has none.
"""
import gzip
import hashlib
import io
import json
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import zstandard
from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupSignature
from datatrove.utils.text import simplify_text

WANTED = 1000


def texts_in(path):
    with open(path, "rb") as file:
        for line in io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), encoding="utf-8"):
            record = json.loads(line)
            if record.get("text"):
                yield record["text"]


def digest(data):
    return hashlib.sha256(data.encode("utf-8") if isinstance(data, str) else data).hexdigest()[:32]


def main(corpus, out):
    signer = MinhashDedupSignature(output_folder="/tmp/unused", config=MinhashConfig())

    def judge(text):
        simple = simplify_text(text, signer.config.norm_config)
        tokens = signer.word_tokenizer.word_tokenize(simple)
        shingles = signer.get_shingles(text)
        signature = b""
        if shingles.size > 0:
            signature = np.array(sum(signer.get_signature(shingles), []), dtype="<u8").tobytes()
        return [digest(text), digest(simple), digest("\n".join(tokens)), digest(signature) if signature else ""]

    files = [list(dict.fromkeys(texts_in(path))) for path in sorted(Path(corpus).glob("*.jsonl.zst"))]
    files = [documents for documents in files if documents]
    chosen = {}
    for documents in files:
        count = min(len(documents), -(-WANTED // len(files)))
        for i in range(count):
            chosen[documents[i * len(documents) // count]] = None
    recorded = {
        "datatrove": version("datatrove"),
        "spacy": version("spacy"),
        "columns": ["sha256", "simplified", "tokens", "signature"],
        "rows": [judge(text) for text in chosen],
    }
    with open(out, "wb") as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
        packed.write(json.dumps(recorded, separators=(",", ":")).encode())
    print(f"{len(recorded['rows'])} documents")


if __name__ == "__main__":
    main(*sys.argv[1:3])
