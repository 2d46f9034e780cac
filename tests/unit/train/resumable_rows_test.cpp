#include <train/resumable_rows.hpp>

#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <data/random.hpp>
#include <data/tensor_files.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <straightedge/error.hpp>
#include <string>
#include <vector>

namespace straightedge::train {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t rows = 10;
constexpr std::int64_t rows_of_block = 4;
constexpr std::int64_t dimension = 3;
constexpr std::int64_t never = -1;
const Processes alone;

class RowsOnDisk : public testing::Test {
 protected:
  RowsOnDisk() {
    std::string name = (fs::temp_directory_path() / "resumable-rows-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~RowsOnDisk() override { fs::remove_all(folder_); }

  [[nodiscard]] fs::path out() const { return folder_ / "out"; }
  [[nodiscard]] fs::path parts() const { return folder_ / "out.parts"; }
  [[nodiscard]] fs::path block(int number) const {
    return parts() / ("block-0000000" + std::to_string(number) + ".safetensors");
  }
  [[nodiscard]] static at::Tensor all() { return normals(1, 0, {0, rows}, dimension, at::kFloat); }

  /// Makes what is missing, stopped before the block that begins with row `stop_at`. `made_` are the first rows of the
  /// blocks that were made.
  std::optional<at::Tensor> make(std::int64_t stop_at = never, const std::string& settings = "settings") {
    ResumableRows parts(out(), settings, {rows, dimension, rows_of_block}, alone);
    return make(parts, stop_at);
  }

  std::optional<at::Tensor> make(ResumableRows& parts, std::int64_t stop_at = never) {
    std::atomic<bool> stop = stop_at == 0;
    made_.clear();
    told_.clear();
    return parts.make(
        [&](std::int64_t first, std::int64_t count) {
          made_.push_back(first);
          stop = first + count == stop_at;
          return all().narrow(0, first, count);
        },
        stop, [&](std::int64_t done) { told_.push_back(done); });
  }

  std::vector<std::int64_t> made_;
  std::vector<std::int64_t> told_;

 private:
  fs::path folder_;
};

using Numbers = std::vector<std::int64_t>;

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

TEST_F(RowsOnDisk, AreMadeInBlocks) {
  EXPECT_TRUE(make()->equal(all()));
  EXPECT_EQ(made_, (Numbers{0, 4, 8}));
  EXPECT_EQ(told_, (Numbers{0, 4, 8, 10}));
}

TEST_F(RowsOnDisk, GoOnAfterAStop) {
  EXPECT_FALSE(make(8));
  EXPECT_EQ(made_, (Numbers{0, 4}));
  EXPECT_TRUE(make()->equal(all()));
  EXPECT_EQ(made_, (Numbers{8}));
  EXPECT_EQ(told_, (Numbers{8, 10}));
}

TEST_F(RowsOnDisk, AreNotLostByAStopThatComesTooLate) {
  EXPECT_TRUE(make(rows)->equal(all()));
}

TEST_F(RowsOnDisk, GoOnAfterABlockIsGivenUp) {
  ASSERT_FALSE(make(4));
  {
    ResumableRows parts(out(), "settings", {rows, dimension, rows_of_block}, alone);
    const auto give_up = [](std::int64_t, std::int64_t) -> at::Tensor { throw Stopped(); };
    EXPECT_FALSE(parts.make(give_up, false, [](std::int64_t) {}));
  }
  EXPECT_TRUE(make()->equal(all()));
  EXPECT_EQ(made_, (Numbers{4, 8}));
}

TEST_F(RowsOnDisk, BeginAnewWithOtherSettings) {
  ASSERT_TRUE(make());
  EXPECT_TRUE(make(never, "others")->equal(all()));
  EXPECT_EQ(made_, (Numbers{0, 4, 8}));
  {
    ResumableRows parts(out(), "others", {rows - 1, dimension, rows_of_block}, alone);
    EXPECT_TRUE(make(parts)->equal(all().narrow(0, 0, rows - 1)));
    EXPECT_EQ(made_, (Numbers{0, 4, 8}));
  }
}

TEST_F(RowsOnDisk, AreMadeAgainWhereTheyAreDamaged) {
  ASSERT_TRUE(make());
  const std::string whole = content(block(1));
  std::string altered = whole;
  altered.back() = static_cast<char>(altered.back() ^ 1);
  for (const std::string& damaged :
       {altered, whole.substr(0, whole.size() - 4), whole.substr(0, 20), std::string(), content(block(0)),
        std::string(whole).replace(whole.find("rows/1"), 6, "rows/2")}) {
    write(block(1), damaged);
    EXPECT_TRUE(make()->equal(all()));
    EXPECT_EQ(made_, (Numbers{4}));
    EXPECT_EQ(content(block(1)), whole);
  }
}

// A block of other settings that a power failure left or that somebody put there.
TEST_F(RowsOnDisk, AreNotTakenFromOtherSettings) {
  ASSERT_TRUE(make(never, "others"));
  const std::string other = content(block(1));
  ASSERT_TRUE(make());
  write(block(1), other);
  ASSERT_TRUE(make());
  EXPECT_EQ(made_, (Numbers{4}));
}

TEST_F(RowsOnDisk, LeaveAloneWhatIsNotTheirs) {
  fs::create_directory(parts());
  write(block(0), "mine");
  EXPECT_THROW((void)make(), InputError);
  EXPECT_EQ(content(block(0)), "mine");
  write(parts() / "parts.txt", "mine too");
  EXPECT_THROW((void)make(), InputError);
  EXPECT_EQ(content(parts() / "parts.txt"), "mine too");
  fs::remove_all(parts());
  write(parts(), "a file");
  EXPECT_THROW((void)make(), InputError);
  EXPECT_EQ(content(parts()), "a file");
}

TEST_F(RowsOnDisk, RemoveNothingThatIsNotTheirs) {
  ASSERT_TRUE(make());
  write(parts() / "thesis.txt", "mine");
  ResumableRows parts_of_others(out(), "others", {rows, dimension, rows_of_block}, alone);
  EXPECT_FALSE(fs::exists(block(0)));
  parts_of_others.finish([](const fs::path& path) { write(path, "whole"); });
  EXPECT_EQ(content(parts() / "thesis.txt"), "mine");
}

TEST_F(RowsOnDisk, AreOfOneProcessAtATime) {
  const ResumableRows first(out(), "settings", {rows, dimension, rows_of_block}, alone);
  EXPECT_THROW(ResumableRows(out(), "settings", {rows, dimension, rows_of_block}, alone), InputError);
}

TEST_F(RowsOnDisk, BecomeTheFile) {
  ResumableRows rows_on_disk(out(), "settings", {rows, dimension, rows_of_block}, alone);
  ASSERT_TRUE(make(rows_on_disk));
  rows_on_disk.finish([](const fs::path& path) { write(path, "whole"); });
  EXPECT_EQ(content(out()), "whole");
  EXPECT_FALSE(fs::exists(parts()));
}

// A kill while the folder is made or removed.
TEST_F(RowsOnDisk, TakeUpAFolderThatHasNoMarkYetOrNoMore) {
  for (const char* left : {"", "parts.txt.part", "whole.safetensors"}) {
    fs::create_directory(parts());
    if (std::string(left) == "whole.safetensors") {
      ASSERT_FALSE(make(4));
    }
    if (*left != '\0') {
      write(parts() / left, "half");
    }
    ResumableRows rows_on_disk(out(), "settings", {rows, dimension, rows_of_block}, alone);
    EXPECT_TRUE(make(rows_on_disk)->equal(all())) << left;
    rows_on_disk.finish([](const fs::path& path) { write(path, "whole"); });
    EXPECT_FALSE(fs::exists(parts())) << left;
  }
}

}  // namespace
}  // namespace straightedge::train
