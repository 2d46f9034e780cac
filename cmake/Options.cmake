# What every target of the project is compiled with.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

add_library(straightedge_options INTERFACE)
target_compile_options(straightedge_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
  # A fused multiply-add rounds once where the error bounds count two roundings; results must not depend on the processor.
  -ffp-contract=off)
if(STRAIGHTEDGE_WARNINGS_AS_ERRORS)
  target_compile_options(straightedge_options INTERFACE -Werror)
endif()
if(STRAIGHTEDGE_SANITIZE)
  target_compile_options(straightedge_options INTERFACE -fsanitize=${STRAIGHTEDGE_SANITIZE} -fno-omit-frame-pointer -g)
  target_link_options(straightedge_options INTERFACE -fsanitize=${STRAIGHTEDGE_SANITIZE})
endif()
