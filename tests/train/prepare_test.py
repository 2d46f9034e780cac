"""straightedge-train prepare DIR, as a user runs it: layouts, bad images, refusals."""

import os
import pathlib
import random
import shutil
import unittest

import numpy as np

import image_files
from prepare_program import FACES, PrepareTest, fixture_files


class Layouts(PrepareTest):
    def test_celeba_keeps_names_and_partitions_in_the_list_s_order(self):
        root, _ = self.celeba(9)
        lines = (root / "list_eval_partition.txt").read_text().splitlines()[::-1]
        (root / "list_eval_partition.txt").write_text("\r\n".join(lines) + "\r\n")
        for source in (root, self.folder):  # torchvision's root is the folder that has celeba/ in it
            with self.subTest(source):
                self.out.unlink(missing_ok=True)
                self.prepare(source, "--size", "32")
                images, partition, names, metadata = self.packed()
                self.assertEqual(images.shape, (9, 32, 32, 3))
                self.assertEqual([f"{name} {p}" for name, p in zip(names, partition)], lines)
                self.assertEqual((metadata["layout"], metadata["crop"], metadata["size"], metadata["remarks"]),
                                 ("celeba", "148", "32", "0"))
                self.assertEqual(self.report()["remarks"], [])

    def test_any_folder_is_packed_by_path_and_said_to_have_no_partition(self):
        pictures = self.folder / "pictures"
        (pictures / "b" / "deep").mkdir(parents=True)
        colours = {"b/deep/x.png": 50, "b/é.PNG": 100, "a.jpeg": 150, "c.JPG": 200}
        for name, level in colours.items():
            image = np.full((40, 60, 3), level)
            encode = image_files.encode_png if name.lower().endswith("png") else image_files.encode_jpeg
            (pictures / name).write_bytes(encode(image))
        (pictures / "notes.txt").write_text("no image, and not named as one")
        self.assertIn("partition 0", self.prepare(pictures, "--crop", "40", "--size", "8"))
        images, partition, names, metadata = self.packed()
        self.assertEqual(names, sorted(colours, key=str.encode))
        self.assertEqual([int(level) for level in images[:, 0, 0, 0]], [colours[name] for name in names])
        self.assertEqual((set(partition), metadata["layout"], metadata["remarks"]), ({0}, "folder", "0"))

    def test_a_crop_of_the_size_of_the_output_is_the_image_s_own_pixels(self):
        name = "000003.jpg"
        whole = image_files.decode_jpeg((FACES / "img_align_celeba" / name).read_bytes(), (218, 178, 3))
        for crop, x, y in (("64", 57, 77), ("10,20,64,64", 10, 20), ("114,154,64,64", 114, 154)):
            with self.subTest(crop):
                self.prepare(FACES, "--crop", crop)
                images, _, names, metadata = self.packed()
                self.assertEqual(metadata["crop"], crop)
                np.testing.assert_array_equal(images[names.index(name)], whole[y:y + 64, x:x + 64])


class BadImages(PrepareTest):
    def broken(self):
        """CelebA's layout with good images and one of each kind that is not: (root, {name: finding})."""
        root, images = self.celeba(20)
        grey = np.tile(np.arange(178, dtype=np.uint8), (218, 1))[:, :, None]
        whole = (images / "000002.jpg").read_bytes()
        contents = {
            "000002.jpg": (whole[:len(whole) // 2], "damaged"),
            "000004.jpg": (b"", "empty"),
            "000005.jpg": (b"GIF89a" + bytes(100), "not an image"),
            "000006.jpg": (image_files.encode_jpeg(np.zeros((100, 100, 3))), "too small"),
            "000008.jpg": (image_files.encode_jpeg(np.zeros((300, 200, 3))), "other size"),
            "000009.jpg": (image_files.encode_png(np.repeat(grey, 3, axis=2)), "other format"),
            "000011.jpg": (image_files.encode_jpeg(grey), "greyscale"),
            "000012.jpg": (image_files.encode_jpeg(np.full((218, 178, 4), (250, 100, 50, 128))), "cmyk"),
            "000013.jpg": (image_files.encode_png(grey)[:200], "damaged"),
            "000015.jpg": (whole[:100] + bytes(len(whole) - 100), "damaged"),
            "000017.jpg": (whole.replace(b"\xff\xc4", b"\xff\xc4\xff", 1), "damaged"),  # in its header
            "000018.jpg": (image_files.png_of_rows(20000, 20000, 3, b""), "too large"),
        }
        for name, (content, _) in contents.items():
            (images / name).write_bytes(content)
        (images / "000016.jpg").unlink()
        (images / "000019.jpg").unlink()
        (images / "000019.jpg").mkdir()
        (images / "unlisted.jpg").write_bytes(whole)
        findings = {name: finding for name, (_, finding) in contents.items()}
        findings.update({"000016.jpg": "missing", "000019.jpg": "unreadable", "unlisted.jpg": "unlisted"})
        return root, findings

    LEFT_OUT = {"damaged", "empty", "not an image", "too large", "too small", "missing", "unreadable", "unlisted"}

    def test_each_is_named_with_what_is_wrong_and_the_others_are_packed(self):
        root, findings = self.broken()
        error = self.prepare(root)
        remarks = self.report()["remarks"]
        self.assertEqual({remark["name"]: remark["finding"] for remark in remarks}, findings)
        for remark in remarks:
            self.assertEqual(remark["left_out"], remark["finding"] in self.LEFT_OUT, remark)
        _, partition, names, _ = self.packed()
        left_out = {name for name, finding in findings.items() if finding in self.LEFT_OUT}
        self.assertEqual(names, [f"{i + 1:06}.jpg" for i in range(20) if f"{i + 1:06}.jpg" not in left_out])
        self.assertEqual(list(partition), [(int(name[:6]) - 1) % 3 for name in names])
        self.assertEqual(self.report()["packed"], len(names))
        lines = error.splitlines()  # ten of them, a count, and what was written
        self.assertEqual(lines[0], "000002.jpg: libjpeg-turbo: Premature end of JPEG file; left out")
        self.assertEqual(lines[10], f"... and {len(findings) - 10} more, in {self.out}.report.json")
        self.assertEqual(len(lines), 12)

    def test_what_is_left_out_changes_nothing_about_the_others(self):
        root, _ = self.broken()
        self.prepare(root)
        images, _, names, _ = self.packed()
        self.out.unlink()
        self.prepare(FACES)
        whole, _, whole_names, _ = self.packed()
        for name in ("000001.jpg", "000003.jpg", "000020.jpg"):
            np.testing.assert_array_equal(images[names.index(name)], whole[whole_names.index(name)])

    def test_what_becomes_of_an_image_does_not_depend_on_those_before_it(self):
        draws = random.Random(2)
        whole = [(FACES / "img_align_celeba" / f"{i + 1:06}.jpg").read_bytes() for i in range(4)]
        altered = []
        for _ in range(200):
            content = bytearray(draws.choice(whole))
            for _ in range(draws.choice((1, 2, 10))):
                content[draws.randrange(2, draws.choice((30, 700, len(content))))] = draws.randrange(256)
            altered.append(bytes(content))
        found = []
        for order in (1, -1):
            pictures = self.folder / f"pictures {order}"
            pictures.mkdir()
            for i, content in enumerate(altered):
                (pictures / f"{order * i + 500}.jpg").write_bytes(content)
            self.prepare(pictures)
            images, _, names, _ = self.packed()
            kept = {order * (int(name[:-4]) - 500): image.tobytes() for name, image in zip(names, images)}
            said = {order * (int(remark["name"][:-4]) - 500): remark["detail"] for remark in self.report()["remarks"]}
            found.append((kept, said))
            self.out.unlink()
        self.assertEqual(found[0], found[1])
        self.assertGreater(min(map(len, found[0])), 20)

    def test_special_images_are_converted_as_documented(self):
        pictures = self.folder / "pictures"
        pictures.mkdir()
        inks = np.full((16, 16, 4), (250, 100, 50, 128), dtype=np.uint8)
        jpeg = image_files.encode_jpeg(inks, quality=100)
        stored = image_files.decode_jpeg(jpeg, inks.shape, image_files.CMYK).astype(int)
        halves = np.zeros((16, 16, 4), dtype=np.uint8)
        halves[:, :, :] = (200, 100, 40, 255)
        halves[:, 8:, 3] = 0
        contents = {"cmyk.jpg": jpeg, "grey.png": image_files.encode_png(np.full((16, 16, 1), 77)),
                    "see-through.png": image_files.encode_png(halves)}
        for name, content in contents.items():
            (pictures / name).write_bytes(content)
        self.prepare(pictures, "--crop", "16", "--size", "16")
        cmyk, grey, clear = self.packed()[0]
        np.testing.assert_array_equal(cmyk, (2 * stored[:, :, :3] * stored[:, :, 3:] + 255) // 510)
        self.assertTrue((grey == 77).all())
        self.assertTrue((clear[:, :8] == (200, 100, 40)).all() and (clear[:, 8:] == 0).all())
        self.assertEqual({remark["name"]: remark["finding"] for remark in self.report()["remarks"]},
                         {"cmyk.jpg": "cmyk", "grey.png": "greyscale", "see-through.png": "transparent"})

    def test_strict_names_all_of_them_and_writes_nothing(self):
        root, findings = self.broken()
        before = sorted(self.folder.iterdir())
        error = self.prepare(root, "--strict", code=2)
        for name in findings:
            self.assertIn(f"{name}: ", error)
        self.assertIn(f"{len(findings)} remarks", error.splitlines()[-1])
        self.assertEqual(sorted(self.folder.iterdir()), before)
        self.prepare(root)  # and what was packed without --strict does not pass for it
        self.prepare(root, "--strict", code=2)
        self.prepare(FACES, "--strict")

    def test_a_name_that_is_not_utf_8_is_packed_as_it_is_and_can_be_reported(self):
        pictures = self.folder / "pictures"
        pictures.mkdir()
        good, bad = os.fsencode(pictures) + b"/\xff1.png", os.fsencode(pictures) + b"/\xfe2.png"
        pathlib.Path(os.fsdecode(good)).write_bytes(image_files.encode_png(np.zeros((9, 9, 3))))
        pathlib.Path(os.fsdecode(bad)).write_bytes(b"")
        self.prepare(pictures, "--crop", "9", "--size", "9")
        tensors, _ = fixture_files.read_safetensors(self.out)
        self.assertEqual(bytes(tensors["names"][1]), b"\xff1.png")
        self.assertEqual([remark["name"] for remark in self.report()["remarks"]], ["\ufffd2.png"])


class Refusals(PrepareTest):
    def test_bad_input_is_one_line_that_says_what_would_be_right(self):
        empty = self.folder / "empty"
        empty.mkdir()
        root, images = self.celeba(3)
        lists = root / "list_eval_partition.txt"
        for source, options, words in (
                (self.folder / "none", (), ("none", "no such folder")),
                (empty, (), ("empty", "holds no image")),
                (root, ("--crop", "0"), ("--crop", "148")),
                (root, ("--crop", "15,35,148"), ("--crop", "x,y,w,h")),
                (root, ("--crop", "1,2,3,4,"), ("--crop", "x,y,w,h")),
                (root, ("--crop", "-1,0,8,8"), ("--crop", "x,y,w,h")),
                (root, ("--crop", "179"), ("none of its 3 images", "000001.jpg", "does not fit")),
                (root, ("--crop", "31,0,148,148"), ("does not fit",)),
                (root, ("--size", "0"), ("--size", "1")),
                (root, ("--size", "x"), ("--size",)),
                (root, ("--synthetic", "3"), ("folder excludes --synthetic",)),
                (root, ("--seed", "3"), ("--seed requires --synthetic",)),
                ("", (), ("--synthetic N",))):
            with self.subTest(options or source):
                self.refused(source, *options, words=words)
        for text, words in (("000001.jpg\n", (":1:", "000001.jpg 0")), ("000001.jpg 0\n000002.jpg 3\n", (":2:", "0, 1 or 2")),
                            ("000001.jpg 0 0\n", (":1:",)), ("../x.jpg 0\n", (":1:", "a path")),
                            ("000001.jpg 0\n000001.jpg 1\n", (":2:", "twice")), ("\n", ("holds no image",))):
            with self.subTest(text):
                lists.write_text(text)
                self.refused(root, words=words)
        shutil.rmtree(images)
        self.refused(root, words=("img_align_celeba",))

    def test_a_file_that_is_not_ours_is_left_alone(self):
        for content in (b"my thesis", b"", (8).to_bytes(8, "little") + b'{      }'):
            with self.subTest(content):
                self.out.write_bytes(content)
                self.refused(FACES, words=("data.safetensors", "choose another --out"))
                self.assertEqual(self.out.read_bytes(), content)
        self.out.unlink()
        self.out.mkdir()
        self.refused(FACES, words=("data.safetensors", "choose another --out"))

    def test_a_disk_without_the_room_is_said_before_anything_is_written(self):
        root, _ = self.celeba(1)
        with open(root / "list_eval_partition.txt", "w", encoding="utf-8") as lists:
            lists.writelines(f"{number:07}.jpg 0\n" for number in range(2_000_000))  # of 48 MiB each
        self.refused(root, "--size", "4096", words=("data.safetensors", "MiB left"), code=4)

    def test_there_must_be_a_folder_for_the_output(self):
        self.out = self.folder / "none" / "data.safetensors"
        self.refused(FACES, words=("none", "make it first"))


if __name__ == "__main__":
    unittest.main()
