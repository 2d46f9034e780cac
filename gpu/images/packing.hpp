// A packed file in the making, which a kill at any moment leaves continuable.
//
//   OUT.part           room for the header, then the images so far
//   OUT.part.journal   a line of JSON with the settings, then one for each chunk of the list:
//                      {"listed": n, "packed": m, "sha256": digest of the m images,
//                       "remarks": [{"index": i, "finding": "empty", "detail": "has no bytes"}]}
//
// A line is appended after its images. What comes back after a kill or a power failure is as much of both as agrees
// with the digests; so nothing needs to be synced on the way. At the end the header, then OUT's name.
#pragma once

#include <digest.hpp>
#include <images/files.hpp>
#include <images/image_list.hpp>
#include <images/remark.hpp>
#include <nlohmann/json.hpp>
#include <safetensors.hpp>

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

namespace straightedge::images {

class Packing {
 public:
  /// Continues what an earlier process with the same settings and list left beside `out`, or begins. `settings` become
  /// metadata. Throws InputError if another process is at it, MachineError if there is not the room for all images.
  /// The list must outlive it.
  Packing(std::filesystem::path out, fixtures::Metadata settings, const ImageList& list, std::int64_t size);

  [[nodiscard]] std::int64_t listed() const { return listed_; }  // images of the list that are dealt with
  [[nodiscard]] std::int64_t packed() const { return packed_; }  // those that are in the file
  [[nodiscard]] const std::vector<Remark>& remarks() const { return remarks_; }
  [[nodiscard]] const fixtures::Metadata& settings() const { return settings_; }
  [[nodiscard]] std::string sha256() const { return digest_.hex(); }

  /// The next `listed` images of the list: the bytes of those that are kept, and what there is to say.
  void append(std::int64_t listed, std::string_view images, const std::vector<Remark>& remarks);
  /// Completes the file, syncs it and gives it its name.
  void finish();
  /// Removes what there is of it.
  void discard();

 private:
  [[nodiscard]] std::string first_line() const;
  void continue_journal();
  void begin_anew();
  [[nodiscard]] Remark remark_of(const nlohmann::ordered_json& json) const;
  [[nodiscard]] bool take(const nlohmann::ordered_json& line);
  [[nodiscard]] std::int64_t end_of_images() const;
  [[nodiscard]] std::string header(std::int64_t names_size) const;

  std::filesystem::path out_;
  fixtures::Metadata settings_;
  const ImageList& list_;
  std::int64_t size_;
  GrowingFile part_;
  GrowingFile journal_;
  fixtures::Sha256 digest_;
  std::int64_t listed_ = 0;
  std::int64_t packed_ = 0;
  std::vector<Remark> remarks_;
};

}  // namespace straightedge::images
