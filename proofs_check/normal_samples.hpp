// Independent standard normals and uniforms from Philox (Random123), by counter: the same seed and stream give the same
// numbers on every machine, whatever else was drawn.
#pragma once

#include <Random123/philox.h>
#include <Random123/uniform.hpp>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace straightedge::proofs {

class NormalSamples {
 public:
  NormalSamples(std::uint64_t seed, std::uint64_t stream) : key_{{seed, stream}} {}

  /// Uniform on (0, 1].
  [[nodiscard]] double uniform() {
    if (used_ == block_.size()) {
      block_ = r123::Philox4x64()({{counter_++, 0, 0, 0}}, key_);
      used_ = 0;
    }
    return r123::u01<double>(block_[used_++]);
  }
  /// N(0, 1), by Box and Muller.
  [[nodiscard]] double normal() {
    if (has_spare_) {
      has_spare_ = false;
      return spare_;
    }
    const double radius = std::sqrt(-2 * std::log(uniform()));
    const double angle = 2 * std::numbers::pi * uniform();
    spare_ = radius * std::sin(angle);
    has_spare_ = true;
    return radius * std::cos(angle);
  }

 private:
  r123::Philox4x64::key_type key_;
  r123::Philox4x64::ctr_type block_{};
  std::uint64_t counter_ = 0;
  std::size_t used_ = 4;
  double spare_ = 0;
  bool has_spare_ = false;
};

}  // namespace straightedge::proofs
