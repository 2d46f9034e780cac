# What every target of the project is compiled with.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

add_library(straightedge_options INTERFACE)
# A fused multiply-add rounds once where the error bounds count two roundings; results must not depend on the processor.
set(cxx_options -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -ffp-contract=off)
if(STRAIGHTEDGE_WARNINGS_AS_ERRORS)
  list(APPEND cxx_options -Werror)
endif()
if(STRAIGHTEDGE_SANITIZE)
  list(APPEND cxx_options -fsanitize=${STRAIGHTEDGE_SANITIZE} -fno-omit-frame-pointer -g)
  target_link_options(straightedge_options INTERFACE -fsanitize=${STRAIGHTEDGE_SANITIZE})
endif()
# nvcc: its own warnings, and those of the compiler behind it that its generated code does not set off.
set(cuda_options "SHELL:-Werror all-warnings" -Xcompiler=-Wall,-Wextra,-Werror)
target_compile_options(straightedge_options INTERFACE
  "$<$<COMPILE_LANGUAGE:CXX>:${cxx_options}>" "$<$<COMPILE_LANGUAGE:CUDA>:${cuda_options}>")
