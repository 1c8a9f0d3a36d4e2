"""Records what the `gguf` package (0.19.0) widens random blocks to: python record-blocks.py > blocks.json"""

import base64
import json

import numpy
from gguf import GGMLQuantizationType as Type
from gguf.quants import dequantize

random = numpy.random.default_rng(7)
sizes = {"F16": (1, 2), "BF16": (1, 2), "Q4_0": (32, 18), "Q4_1": (32, 20), "Q5_0": (32, 22), "Q5_1": (32, 24)}
sizes |= {"Q8_0": (32, 34), "Q4_K": (256, 144), "Q5_K": (256, 176), "Q6_K": (256, 210)}
# Where f16 scales lie in a block: random bits there would be infinities now and then.
scales = {"F16": [0], "BF16": [], "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0]}
scales |= {"Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208]}


def encoded(array):
    return base64.b64encode(array.tobytes()).decode()


recorded = []
for name, (values, width) in sizes.items():
    count = max(2, 64 // values)
    blocks = random.integers(0, 256, (count, width), dtype=numpy.uint8)
    if name == "BF16":
        blocks[:, 1] &= 0xBF
    for at in scales[name]:
        halves = (random.normal(size=count) / 7).astype(numpy.float16)
        blocks[:, at : at + 2] = halves.view(numpy.uint8).reshape(count, 2)
    found = dequantize(blocks.reshape(1, -1), Type[name]).astype(numpy.float32)
    recorded.append({"type": Type[name].value, "name": name, "bytes": encoded(blocks), "values": encoded(found)})
print(json.dumps(recorded, indent=2))
