// Reading and writing V neighbours at once, 16 bytes an access where the address allows it.
#pragma once

#include <cstdint>

namespace straightedge::ops {

/// V neighbours in memory.
template <class T, int V>
struct alignas(sizeof(T) * V < 16 ? sizeof(T) * V : 16) Vector {
  T value[V];
};

/// Whether Vector<T, V> may be read and written at `pointer` and at each V-th element after it.
template <class T, int V>
bool is_aligned(const void* pointer) {
  return reinterpret_cast<std::uintptr_t>(pointer) % alignof(Vector<T, V>) == 0;
}

template <class T, int V>
__device__ inline Vector<T, V> load_vector(const T* source, bool aligned) {
  if (aligned) {
    return *reinterpret_cast<const Vector<T, V>*>(source);
  }
  Vector<T, V> result;
#pragma unroll
  for (int k = 0; k < V; ++k) {
    result.value[k] = source[k];
  }
  return result;
}

template <class T, int V>
__device__ inline void store_vector(T* target, const Vector<T, V>& vector, bool aligned) {
  if (aligned) {
    *reinterpret_cast<Vector<T, V>*>(target) = vector;
    return;
  }
#pragma unroll
  for (int k = 0; k < V; ++k) {
    target[k] = vector.value[k];
  }
}

}  // namespace straightedge::ops
