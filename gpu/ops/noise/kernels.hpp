// Entry points of the generator and its normals on raw memory; common/noise.hpp has the formulas.
#pragma once

#include <common/number.hpp>
#include <cstdint>

namespace straightedge::ops {

/// Words of 32 bits are held in int64; of counter and key only the low 32 bits count. Contiguous.
struct PhiloxArguments {
  const std::int64_t* counter;  ///< [n, 4]
  const std::int64_t* key;      ///< [n, 2]
  std::int64_t* words;          ///< [n, 4]
  std::int64_t blocks;
};

template <class T>
struct StandardNormalArguments {
  const std::int64_t* element;  ///< [n], as 64 bits without a sign
  T* z;                         ///< [n]
  std::int64_t count;
  std::uint64_t seed;
  std::uint64_t offset;
};

void philox_cpu(const PhiloxArguments& arguments);
void philox_cuda(const PhiloxArguments& arguments, void* stream);

template <class T>
void standard_normal_cpu(const StandardNormalArguments<T>& arguments);
template <class T>
void standard_normal_cuda(const StandardNormalArguments<T>& arguments, void* stream);

}  // namespace straightedge::ops
