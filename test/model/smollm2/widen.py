"""Writes a GGUF file's tensors widened to F32, its metadata kept (gguf 0.19.0): python widen.py FROM TO"""

import sys

from gguf import GGUFReader, GGUFValueType, GGUFWriter
from gguf.quants import dequantize

reader = GGUFReader(sys.argv[1])
writer = GGUFWriter(sys.argv[2], reader.fields["general.architecture"].contents())
own = {"GGUF.version", "GGUF.tensor_count", "GGUF.kv_count", "general.architecture", "general.file_type"}
for name, field in reader.fields.items():
    if name in own:
        continue
    kind = field.types[0]
    inner = field.types[-1] if kind == GGUFValueType.ARRAY else None
    writer.add_key_value(name, field.contents(), kind, sub_type=inner)
writer.add_file_type(0)
for tensor in reader.tensors:
    shape = [int(size) for size in reversed(tensor.shape)]
    writer.add_tensor(tensor.name, dequantize(tensor.data, tensor.tensor_type).reshape(shape))
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
