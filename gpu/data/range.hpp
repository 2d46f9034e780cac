// Neighbours of a list: which elements of a draw, which rows of a batch.
#pragma once

#include <cstdint>

namespace straightedge::train {

struct Range {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

}  // namespace straightedge::train
