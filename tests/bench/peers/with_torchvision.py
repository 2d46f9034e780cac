"""torchvision's transforms on the JPEGs of a folder, loaded as users of torchvision load them. Prints JSON.

Two ways to a uint8 tensor [3, size, size]: of PIL images, and of tensors from torchvision's own JPEG decoder. Each in a
DataLoader with one process a core; time starts with the first batch, when the processes are there.
"""

import argparse
import json
import time
from pathlib import Path

import torch
import torchvision
from PIL import Image
from torchvision.transforms import v2


class Files(torch.utils.data.Dataset):
    def __init__(self, folder, way, crop, size):
        self.paths, self.way = sorted(Path(folder).iterdir()), way
        self.transform = v2.Compose([v2.CenterCrop(crop), v2.Resize(size, antialias=True)] +
                                    ([v2.PILToTensor()] if way == "PIL" else []))

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, i):
        if self.way == "PIL":
            return self.transform(Image.open(self.paths[i]).convert("RGB"))
        return self.transform(torchvision.io.decode_image(str(self.paths[i]), torchvision.io.ImageReadMode.RGB))


def images_a_second(files, workers):
    loader = torch.utils.data.DataLoader(files, batch_size=128, num_workers=workers)
    batches = iter(loader)
    next(batches)
    begin = time.perf_counter()
    count = sum(len(batch) for batch in batches)
    return count / (time.perf_counter() - begin)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--crop", type=int, default=148)
    parser.add_argument("--size", type=int, default=64)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    rates = {way: images_a_second(Files(arguments.folder, way, arguments.crop, arguments.size), arguments.threads)
             for way in ("PIL", "tensors")}
    sample = Files(arguments.folder, "tensors", arguments.crop, arguments.size)[0].permute(1, 2, 0)
    print(json.dumps({"version": torchvision.__version__, "images_a_second": rates, "first": sample.flatten().tolist()}))


if __name__ == "__main__":
    main()
