// Marks functions that nvcc compiles for both sides, so that the arithmetic of a kernel is tested on the host.
#pragma once

#ifdef __CUDACC__
#define STRAIGHTEDGE_HOST_DEVICE __host__ __device__
#else
#define STRAIGHTEDGE_HOST_DEVICE
#endif
