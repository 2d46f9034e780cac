"""Writes a packed file of images as `straightedge-train prepare` does, where its libraries for JPEG and PNG are missing.

    usage: packed_images.py OUT.safetensors COUNT SIZE

Images are gradients between two colours, which follow from their number. A fifth are of partition 1.
"""

import colorsys
import hashlib
import json
import struct
import sys


def image(number: int, size: int) -> bytes:
    ends = [colorsys.hsv_to_rgb(number * step % 1.0, 0.8, 0.9) for step in (0.618034, 0.381966)]
    steps = [tuple(round(255 * (a + (b - a) * k / (size - 1))) for a, b in zip(*ends)) for k in range(size)]
    if number % 2:  # along the width, else along the height
        return bytes(value for _ in range(size) for colour in steps for value in colour)
    return bytes(value for colour in steps for _ in range(size) for value in colour)


def main() -> None:
    path, count, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    pixels = b"".join(image(number, size) for number in range(count))
    partition = bytes(number % 5 == 0 for number in range(count))
    names = "\0".join(f"{number:06d}.jpg" for number in range(1, count + 1)).encode()
    ends = [len(pixels), len(pixels) + count, len(pixels) + count + len(names)]
    header = {
        "__metadata__": {"schema": "straightedge/images/1", "sha256": hashlib.sha256(pixels).hexdigest()},
        "images": {"dtype": "U8", "shape": [count, size, size, 3], "data_offsets": [0, ends[0]]},
        "partition": {"dtype": "U8", "shape": [count], "data_offsets": [ends[0], ends[1]]},
        "names": {"dtype": "U8", "shape": [len(names)], "data_offsets": [ends[1], ends[2]]},
    }
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        for part in (struct.pack("<Q", len(text)), text, pixels, partition, names):
            file.write(part)


if __name__ == "__main__":
    main()
