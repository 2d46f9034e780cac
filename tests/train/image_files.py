"""JPEG and PNG for tests, by libjpeg-turbo's own interface and by zlib. Images are uint8 [height, width, channels]."""

import ctypes
import ctypes.util
import struct
import zlib

import numpy as np

RGB, GREY, CMYK = 0, 6, 11  # TJPF_*
SUBSAMPLING_444, SUBSAMPLING_GREY = 0, 3  # TJSAMP_*

_library = ctypes.CDLL(ctypes.util.find_library("turbojpeg") or "libturbojpeg.so.0")
_library.tjInitCompress.restype = _library.tjInitDecompress.restype = ctypes.c_void_p
_library.tjFree.argtypes = [ctypes.c_void_p]
_library.tjDestroy.argtypes = [ctypes.c_void_p]


def encode_jpeg(image, quality=95):
    """Greyscale for one channel, YCbCr for three, YCCK for four."""
    image = np.ascontiguousarray(image, dtype=np.uint8)
    height, width, channels = image.shape
    kind, subsampling = {1: (GREY, SUBSAMPLING_GREY), 3: (RGB, SUBSAMPLING_444), 4: (CMYK, SUBSAMPLING_444)}[channels]
    handle = ctypes.c_void_p(_library.tjInitCompress())
    buffer, size = ctypes.c_void_p(), ctypes.c_ulong()
    failed = _library.tjCompress2(handle, ctypes.c_void_p(image.ctypes.data), width, 0, height, kind,
                                  ctypes.byref(buffer), ctypes.byref(size), subsampling, quality, 0)
    assert not failed
    content = ctypes.string_at(buffer, size.value)
    _library.tjFree(buffer)
    _library.tjDestroy(handle)
    return content


def decode_jpeg(content, shape, kind=RGB):
    """Into an array of this shape, [height, width, channels]."""
    image = np.empty(shape, dtype=np.uint8)
    handle = ctypes.c_void_p(_library.tjInitDecompress())
    failed = _library.tjDecompress2(handle, content, ctypes.c_ulong(len(content)), ctypes.c_void_p(image.ctypes.data),
                                    shape[1], 0, shape[0], kind, 0)
    assert not failed
    _library.tjDestroy(handle)
    return image


def encode_png(image):
    """Greyscale, greyscale with alpha, RGB or RGBA, for one to four channels."""
    height, width, channels = image.shape
    rows = b"".join(b"\0" + row.tobytes() for row in np.ascontiguousarray(image, dtype=np.uint8))
    return png_of_rows(width, height, channels, rows)


def png_of_rows(width, height, channels, rows):
    """Of rows as PNG stores them before compression, which need not be as many as the header says."""

    def block(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    colours = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    return (b"\x89PNG\r\n\x1a\n" + block(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colours, 0, 0, 0)) +
            block(b"IDAT", zlib.compress(rows)) + block(b"IEND", b""))
