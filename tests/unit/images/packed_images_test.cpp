#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <digest.hpp>
#include <filesystem>
#include <fstream>
#include <images/packed_images.hpp>
#include <numeric>
#include <optional>
#include <straightedge/error.hpp>

namespace straightedge::images {
namespace {

namespace fs = std::filesystem;

class PackedFile : public testing::Test {
 protected:
  void SetUp() override { fs::create_directory(folder_); }
  void TearDown() override { fs::remove_all(folder_); }

  // Two images of 4 x 5 pixels whose bytes count from 0.
  void write(const fixtures::Shape& shape = {2, 4, 5, 3}, const std::string& schema = packed_schema) const {
    std::vector<std::uint8_t> bytes(120);
    std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
    const std::string sha256 = fixtures::sha256_hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    fixtures::write_safetensors(path_,
                                {{"images", {shape, bytes}},
                                 {"partition", {{2}, std::vector<std::uint8_t>{0, 2}}},
                                 {"names", {{5}, std::vector<std::uint8_t>{'a', '/', 'b', 0, 'c'}}}},
                                {{"schema", schema}, {"sha256", sha256}});
  }

  fs::path folder_ = fs::temp_directory_path() / ("packed_images_test." + std::to_string(::getpid()));
  fs::path path_ = folder_ / "data.safetensors";
};

TEST_F(PackedFile, GivesImagesPartitionsAndNames) {
  write();
  const PackedImages packed(path_);
  EXPECT_EQ(packed.count(), 2);
  const at::Tensor images = packed.images();
  EXPECT_EQ(images.sizes(), (std::vector<std::int64_t>{2, 4, 5, 3}));
  EXPECT_EQ(images[1][3][4][2].item<int>(), 119);
  EXPECT_EQ(packed.partition()[1].item<int>(), 2);
  EXPECT_EQ(packed.names(), (std::vector<std::string>{"a/b", "c"}));
  EXPECT_NO_THROW(packed.verify());
}

TEST_F(PackedFile, ViewsShareTheMappingAndOutliveTheReader) {
  write();
  at::Tensor images;
  {
    const PackedImages packed(path_);
    images = packed.images();
    EXPECT_EQ(images.const_data_ptr(), packed.images().const_data_ptr());
  }
  EXPECT_EQ(images[0][0][1][0].item<int>(), 3);
}

TEST_F(PackedFile, AlteredImagesFailTheirDigest) {
  write();
  {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(-20, std::ios::end);  // names and partition have 7 bytes
    file.put('x');
  }
  const PackedImages packed(path_);
  EXPECT_THROW(packed.verify(), InputError);
}

TEST_F(PackedFile, OtherFilesAreRefused) {
  EXPECT_THROW(PackedImages{path_}, InputError);
  write({2, 4, 15, 1});
  EXPECT_THROW(PackedImages{path_}, InputError);
  write({1, 8, 5, 3});  // two partitions
  EXPECT_THROW(PackedImages{path_}, InputError);
  write({2, 4, 5, 3}, "straightedge/images/2");
  EXPECT_THROW(PackedImages{path_}, InputError);
  write();
  fs::resize_file(path_, fs::file_size(path_) - 1);
  EXPECT_THROW(PackedImages{path_}, InputError);
  fs::resize_file(path_, 0);
  EXPECT_THROW(PackedImages{path_}, InputError);
}

}  // namespace
}  // namespace straightedge::images
