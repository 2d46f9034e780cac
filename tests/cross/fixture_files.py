"""Reads fixtures and writes RESULTS: docs/fixtures.md as code. Needs NumPy, and no package for safetensors.

A number type is named as fixtures name it: fp64, fp32, bf16, int64, uint8. bf16 is stored as uint16 bits and computed
with as the float32 numbers that they are.
"""

import hashlib
import json
import pathlib
import struct

import numpy as np

from numpy_operations import philox_words

STORAGE = {"fp64": np.float64, "fp32": np.float32, "bf16": np.uint16, "int64": np.int64, "uint8": np.uint8}
SAFETENSORS = {"fp64": "F64", "fp32": "F32", "bf16": "BF16", "int64": "I64", "uint8": "U8"}
RESULTS_SCHEMA = "straightedge/results/1"
UNIT_ROUNDOFF = {"fp64": 2.0**-53, "fp32": 2.0**-24, "bf16": 2.0**-8}
SMALLEST_NORMAL = {"fp64": 2.0**-1022, "fp32": 2.0**-126, "bf16": 2.0**-126}


def to_bfloat16(values):
    """The bits of the bf16 numbers nearest to values, ties to even, from fp64 in one rounding."""
    values = np.asarray(values, dtype=np.float64)
    _, exponent = np.frexp(values)
    last_place = np.maximum(exponent - 1, -126) - 7  # eight significant bits; below 2^-126 a fixed spacing
    rounded = np.ldexp(np.rint(np.ldexp(values, -last_place)), last_place)
    with np.errstate(over="ignore"):
        return (rounded.astype(np.float32).view(np.uint32) >> np.uint32(16)).astype(np.uint16)


def from_bfloat16(bits):
    return (bits.astype(np.uint32) << np.uint32(16)).view(np.float32)


def store(values, dtype):
    """values rounded once to a number type, as they are stored."""
    values = np.asarray(values)
    if dtype == "bf16":
        return to_bfloat16(values)
    with np.errstate(over="ignore"):
        return values.astype(STORAGE[dtype])


def numbers(stored, dtype):
    """The numbers that stored values are."""
    return from_bfloat16(stored) if dtype == "bf16" else stored


class Fixture:
    """inputs are arrays to compute with; outputs are as in the file, or None where an error is expected."""

    def __init__(self, document):
        self.id = document["id"]
        self.operation = document["operation"]
        self.type = self.id.rsplit("/", 1)[1]
        self.attributes = {name: read_attribute(value) for name, value in document["attributes"].items()}
        self.inputs = {name: read_input(self.id, name, value) for name, value in document["inputs"].items()}
        self.outputs = document.get("outputs")
        self.document = document


def read_attribute(value):
    """A number is a hexfloat in quotes, an integer an integer, a choice a word."""
    is_number = isinstance(value, str) and value.startswith(("0x", "-0x"))
    return float.fromhex(value) if is_number else value


def read_values(values, dtype):
    if dtype in ("int64", "uint8"):
        return np.array(values, dtype=STORAGE[dtype])
    return np.array([float.fromhex(text) for text in values], dtype=np.float64)


def read_input(fixture_id, name, document):
    dtype, shape = document["dtype"], document["shape"]
    if "philox" not in document:
        return numbers(store(read_values(document["values"], dtype), dtype), dtype).reshape(shape)
    recipe = document["philox"]
    elements = np.arange(int(np.prod(shape)), dtype=np.int64)
    words = philox_words(recipe["seed"], recipe["offset"], elements)
    word = np.take_along_axis(words, (elements % 4)[:, None], axis=1)[:, 0] >> np.uint64(32 - recipe["bits"])
    scale, shift = float.fromhex(recipe["scale"]), float.fromhex(recipe["shift"])
    stored = store(scale * word.astype(np.float64) + shift, dtype)
    digest = hashlib.sha256(stored.tobytes()).hexdigest()
    if digest != document["sha256"]:
        raise ValueError(f"{fixture_id}: {name}: the recipe's values have SHA-256 {digest}, not {document['sha256']}")
    return numbers(stored, dtype).reshape(shape)


def bounds(output):
    """The bound of each element of a number output: docs/tolerances.md."""
    parts = ("magnitude", "sensitivity", "radius")
    magnitude, sensitivity, radius = (read_values(output[name], "fp64") for name in parts)
    c, n_u = output["storage_roundings"], output["accumulation_roundings"] * UNIT_ROUNDOFF[output["accumulation"]]
    relative = c * UNIT_ROUNDOFF[output["dtype"]] + n_u / (1 - n_u)
    return relative * magnitude + c * SMALLEST_NORMAL[output["dtype"]] * sensitivity + radius


class Fixtures:
    """The fixtures of a folder with manifest.json."""

    def __init__(self, folder):
        folder = pathlib.Path(folder)
        manifest = (folder / "manifest.json").read_bytes()
        self.manifest_sha256 = hashlib.sha256(manifest).hexdigest()
        self.entries = json.loads(manifest)["fixtures"]
        self.all = []
        for entry in self.entries:
            text = (folder / entry["file"]).read_bytes()
            if hashlib.sha256(text).hexdigest() != entry["sha256"]:
                raise ValueError(f"{entry['file']}: is not the file that the manifest lists")
            self.all.append(Fixture(json.loads(text)))

    def __iter__(self):
        return iter(self.all)

    def of(self, operation):
        return [fixture for fixture in self if fixture.operation == operation]

    def metadata(self, producer, device, refused):
        return {"schema": RESULTS_SCHEMA, "producer": producer, "device": device,
                "manifest_sha256": self.manifest_sha256, "errors": json.dumps(sorted(refused))}


def write_safetensors(path, tensors, metadata):
    """tensors: {name: (number type, stored array)}."""
    header, data, end = {"__metadata__": metadata}, [], 0
    for name, (dtype, array) in tensors.items():
        data.append(np.ascontiguousarray(array, dtype=STORAGE[dtype]).tobytes())
        header[name] = {"dtype": SAFETENSORS[dtype], "shape": list(np.shape(array)),
                        "data_offsets": [end, end + len(data[-1])]}
        end += len(data[-1])
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    pathlib.Path(path).write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data))


def read_safetensors(path):
    """(tensors as write_safetensors takes them, metadata)."""
    content = pathlib.Path(path).read_bytes()
    (size,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8:8 + size])
    metadata = header.pop("__metadata__", {})
    dtypes = {text: dtype for dtype, text in SAFETENSORS.items()}
    tensors = {}
    for name, entry in header.items():
        dtype = dtypes[entry["dtype"]]
        begin, end = (8 + size + offset for offset in entry["data_offsets"])
        tensors[name] = (dtype, np.frombuffer(content[begin:end], dtype=STORAGE[dtype]).reshape(entry["shape"]))
    return tensors, metadata
