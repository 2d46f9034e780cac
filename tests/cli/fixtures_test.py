"""`straightedge fixtures`: makes, re-derives and lists; one altered digit is found."""

import hashlib
import json
import unittest

from straightedge_program import ProgramTest

FEW = "pair_velocity/*d1/*"


class FixturesTest(ProgramTest):
    def generate(self, only=FEW):
        self.assert_exit(0, "fixtures", "generate", "--out", "made", "--only", only, "--quiet")
        return self.folder / "made"

    def verify(self, code, only=FEW):
        return self.assert_exit(code, "fixtures", "verify", "--fixtures", "made", "--only", only, "--quiet").stdout

    def fixture_file(self):
        return self.folder / "made/data/pair_velocity.d1.fp32.json"

    def reseal(self):
        """Gives the manifest the digest and size of the altered file, as a forger would."""
        path = self.folder / "made/manifest.json"
        manifest = json.loads(path.read_text())
        for entry in manifest["fixtures"]:
            text = (self.folder / "made" / entry["file"]).read_bytes()
            entry["sha256"], entry["size"] = hashlib.sha256(text).hexdigest(), len(text)
        path.write_text(json.dumps(manifest))

    def test_what_is_made_is_verified(self):
        made = self.generate()
        manifest = json.loads((made / "manifest.json").read_text())
        self.assertEqual([entry["type"] for entry in manifest["fixtures"]], ["fp64", "fp32", "bf16"])
        self.assertIn("3 fixtures re-derived, 0 differ", self.verify(0))

    def test_the_same_bytes_each_time_and_for_any_number_of_threads(self):
        made = self.generate()
        first = {path.name: path.read_bytes() for path in made.rglob("*.json")}
        self.assert_exit(0, "fixtures", "generate", "--out", "made", "--only", FEW, "--jobs", "1", "--quiet")
        self.assertEqual({path.name: path.read_bytes() for path in made.rglob("*.json")}, first)

    def test_one_altered_digit_of_any_number_is_found(self):
        self.generate()
        original = self.fixture_file().read_text()
        document = json.loads(original)
        v = document["outputs"]["v"]
        for place, number in {
            "inputs/x/values/0": document["inputs"]["x"]["values"][0],
            "outputs/v/values/0/0": v["values"][0][0],
            "outputs/v/values/1/1": v["values"][1][1],
            "outputs/v/magnitude/0": v["magnitude"][0],
            "outputs/v/sensitivity/2": v["sensitivity"][2],
            "outputs/v/radius/0": v["radius"][0],
        }.items():
            with self.subTest(place):
                exponent = number.index("p")
                last = exponent - 1
                altered = number[:last] + ("1" if number[last] != "1" else "3") + number[exponent:]
                self.fixture_file().write_text(original.replace(f'"{number}"', f'"{altered}"', 1))
                self.reseal()
                found = self.verify(1)
                self.assertIn("pair_velocity.d1.fp32.json: ", found)
                self.assertIn(altered, found)
                self.assertIn("1 differ", found)
        with self.subTest("a count of roundings"):
            self.fixture_file().write_text(original.replace('"storage_roundings": 1', '"storage_roundings": 2'))
            self.reseal()
            self.assertIn("outputs/v/storage_roundings: 2 is committed, 1 is derived", self.verify(1))

    def test_an_altered_manifest_is_found(self):
        self.generate()
        path = self.folder / "made/manifest.json"
        path.write_text(path.read_text().replace('"digits":50', '"digits":40', 1))
        self.assertIn("manifest: sha256, size or digits", self.verify(1))

    def test_other_white_space_is_found(self):
        self.generate()
        self.fixture_file().write_text(self.fixture_file().read_text().replace("{\n", "{ \n", 1))
        self.assertIn("in other bytes", self.verify(1))

    def test_check_refuses_an_altered_fixture(self):
        self.generate()
        self.fixture_file().write_text(self.fixture_file().read_text().replace("0x1", "0x2", 1))
        self.assert_refused("check", "nothing.safetensors", "--fixtures", "made",
                            names=["pair_velocity.d1.fp32.json", "SHA-256"])

    def test_a_fixture_that_is_missing_or_too_many_is_found(self):
        self.generate()
        self.assertIn("is not in the manifest", self.verify(1, "pair_velocity/d33/fp32"))

    def test_list_names_each_with_its_roundings(self):
        self.generate()
        listed = self.assert_exit(0, "fixtures", "list", "--fixtures", "made").stdout
        self.assertRegex(listed, r"pair_velocity/d1/bf16 .* v\[2, 3, 1\] c=1 n=[1-9]")
        as_json = json.loads(self.assert_exit(0, "fixtures", "list", "--fixtures", "made", "--json").stdout)
        self.assertEqual(len(as_json["fixtures"]), 3)

    def test_foreign_files_are_not_replaced(self):
        (self.folder / "made/data").mkdir(parents=True)
        (self.folder / "made/data/mine.json").write_text("{}")
        self.assert_refused("fixtures", "generate", "--out", "made", "--only", FEW, names=["mine.json"])

    def test_stale_fixtures_are_removed(self):
        made = self.generate("pair_velocity/*/fp32")
        self.assertGreater(len(list((made / "data").iterdir())), 1)
        self.generate("pair_velocity/d1/fp32")
        self.assertEqual([path.name for path in (made / "data").iterdir()], ["pair_velocity.d1.fp32.json"])

    def test_a_pattern_without_a_fixture_is_refused(self):
        self.assert_refused("fixtures", "generate", "--out", "made", "--only", "pair_velocity/d1/fp23",
                            names=["did you mean 'pair_velocity/d1/fp32'?"])

    def test_a_folder_without_fixtures_is_refused(self):
        self.assert_refused("fixtures", "verify", "--fixtures", "nowhere", names=["nowhere/manifest.json"])


if __name__ == "__main__":
    unittest.main()
