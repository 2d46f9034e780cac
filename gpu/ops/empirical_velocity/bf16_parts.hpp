// A binary32 as a sum of three bf16, so that tensor cores multiply it: 24 bits are 3 times 8.
//
//   v = high + middle + low  exactly, where nothing underflows;  |middle| <= 2^-8 |v|,  |low| <= 2^-16 |v|
//
// Of the nine products of two such sums the six largest are kept: those left out are below 2^-22 |v w| in all.
#pragma once

#include <common/number.hpp>

namespace straightedge::ops {

struct Bf16Parts {
  Bf16 part[3];  ///< high, middle, low
};

STRAIGHTEDGE_HOST_DEVICE inline Bf16Parts split(float value) {
  Bf16Parts parts;
  for (Bf16& part : parts.part) {
    part = store<Bf16>(value);
    value -= load(part);
  }
  return parts;
}

/// Whether the product of these parts is one of the six.
STRAIGHTEDGE_HOST_DEVICE constexpr bool is_kept(int left_part, int right_part) {
  return left_part + right_part <= 2;
}

}  // namespace straightedge::ops
