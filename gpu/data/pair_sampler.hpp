// The batch of one step: which pairs, drawn with replacement, or sources drawn anew.
#pragma once

#include <data/pairs.hpp>

#include <optional>

namespace straightedge::train {

class PairSampler {
 public:
  /// Frozen pairs, or those of which `resampled` takes the targets, and where sources are images the sources too. They
  /// stay on the device that trains, images as uint8.
  PairSampler(const Recipe& recipe, const Pairs& pairs, const at::Device& device);

  struct Batch {
    at::Tensor x0, x1;  ///< [B, d] fp32
  };
  /// Those rows of a step's batch.
  [[nodiscard]] Batch draw(std::int64_t seed, std::int64_t step, const Range& rows) const;

  /// What the host draws for a batch. Which of it there is follows from the recipe alone.
  struct Draw {
    at::Tensor rows;         ///< [B] int64: whose x0 and x1, but for those that are drawn anew
    at::Tensor source_rows;  ///< [B] int64: whose x0, where it is another's
    at::Tensor x0, x1;       ///< [B, d] fp32, drawn anew
  };
  [[nodiscard]] Draw draw_on_host(std::int64_t seed, std::int64_t step, const Range& rows) const;
  /// The batch of a draw that lies on the device.
  [[nodiscard]] Batch batch_of(const Draw& drawn) const;

 private:
  Recipe recipe_;
  at::Tensor x0_, x1_;
  std::optional<AffineMap> map_;  ///< where the recipe's resampled pairs are its images
  at::Device device_;
};

}  // namespace straightedge::train
