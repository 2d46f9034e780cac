# LibTorch, as imported targets of our own. Torch's own package runs Caffe2's detection of CUDA, which stops the
# configuration where there is no nvcc; shared libraries and two folders of headers are all that is needed.
#
#   straightedge::libtorch       libtorch_cpu and libc10
#   straightedge::libtorch_cuda  libtorch_cuda too; on its own it does nothing: a program that wants a GPU keeps it
#
# Looked for in Torch_DIR, a folder .../share/cmake/Torch as in `cmake --help-command find_package`, else where
# `bootstrap` installs it. Sets STRAIGHTEDGE_HAS_LIBTORCH, STRAIGHTEDGE_HAS_CUDA and STRAIGHTEDGE_TORCH_SITE, the folder
# that Python imports torch from.
set(STRAIGHTEDGE_LIBTORCH AUTO CACHE STRING "The device path, which needs LibTorch: AUTO (if found), ON or OFF")
set(STRAIGHTEDGE_CUDA AUTO CACHE STRING "Its CUDA kernels: AUTO (if nvcc and LibTorch's CUDA libraries work), ON or OFF")
set(Torch_DIR "$ENV{Torch_DIR}" CACHE PATH "LibTorch's CMake package, .../torch/share/cmake/Torch")
set(STRAIGHTEDGE_LIBTORCH_MINOR 2.11)

# The folder that bootstrap installs into: the same name, from the same digest.
function(straightedge_cached_libtorch result)
  set(cache $ENV{XDG_CACHE_HOME})
  if(NOT cache)
    set(cache $ENV{HOME}/.cache)
  endif()
  file(SHA256 ${PROJECT_SOURCE_DIR}/cmake/libtorch-requirements.txt digest)
  string(SUBSTRING ${digest} 0 12 digest)
  set(${result} ${cache}/straightedge/libtorch-2.11.0-${digest}/torch PARENT_SCOPE)
endfunction()

# Sets `root` to the folder that holds include/ and lib/, or `problem` to why there is none.
function(straightedge_find_libtorch)
  if(Torch_DIR)
    get_filename_component(root ${Torch_DIR}/../../.. ABSOLUTE)
  else()
    straightedge_cached_libtorch(root)
  endif()
  set(version_header ${root}/include/torch/headeronly/version.h)
  if(NOT EXISTS ${version_header} OR NOT EXISTS ${root}/lib/libtorch_cpu.so)
    set(problem "no LibTorch in ${root}: run ./bootstrap build, or set Torch_DIR" PARENT_SCOPE)
    return()
  endif()
  file(STRINGS ${version_header} lines REGEX "define TORCH_VERSION_(MAJOR|MINOR) ")
  string(REGEX REPLACE "[^0-9;]" "" numbers "${lines}")
  string(REPLACE ";" "." version "${numbers}")
  if(NOT version STREQUAL STRAIGHTEDGE_LIBTORCH_MINOR)
    set(problem "LibTorch in ${root} is ${version}; ${STRAIGHTEDGE_LIBTORCH_MINOR} is needed" PARENT_SCOPE)
    return()
  endif()
  set(root ${root} PARENT_SCOPE)
endfunction()

# Why kernels cannot be built against this LibTorch, or "".
function(straightedge_cuda_problem result)
  set(${result} "" PARENT_SCOPE)
  if(NOT CMAKE_CUDA_COMPILER)
    set(${result} "no nvcc that works" PARENT_SCOPE)
    return()
  endif()
  if(NOT EXISTS ${root}/lib/libtorch_cuda.so)
    set(${result} "this LibTorch is built without CUDA" PARENT_SCOPE)
    return()
  endif()
  execute_process(COMMAND ldd ${root}/lib/libtorch_cuda.so OUTPUT_VARIABLE needed ERROR_QUIET)
  string(REGEX MATCHALL "[^ \t\n]+ => not found" missing "${needed}")
  if(missing)
    string(REPLACE " => not found" "" missing "${missing}")
    string(REPLACE ";" ", " missing "${missing}")
    set(${result} "libtorch_cuda needs ${missing}" PARENT_SCOPE)
  endif()
endfunction()

function(straightedge_import_libtorch)
  set(include ${root}/include ${root}/include/torch/csrc/api/include)
  foreach(name IN ITEMS c10 torch_cpu c10_cuda torch_cuda)
    if(EXISTS ${root}/lib/lib${name}.so)
      add_library(straightedge_import_${name} SHARED IMPORTED GLOBAL)
      set_target_properties(straightedge_import_${name} PROPERTIES
        IMPORTED_LOCATION ${root}/lib/lib${name}.so
        INTERFACE_INCLUDE_DIRECTORIES "${include}")
    endif()
  endforeach()
  add_library(straightedge::libtorch INTERFACE IMPORTED GLOBAL)
  target_link_libraries(straightedge::libtorch
    INTERFACE straightedge_import_torch_cpu straightedge_import_c10)
  # at::parallel_for is an OpenMP loop in a header. LibTorch brings the runtime, so CMake need not look for one.
  target_compile_options(straightedge::libtorch INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fopenmp>)
  target_compile_definitions(straightedge::libtorch INTERFACE _GLIBCXX_USE_CXX11_ABI=1)
  # What the wheel's libraries need and the linker shall not look for: the loader finds it by their own run paths.
  target_link_options(straightedge::libtorch INTERFACE -fopenmp -Wl,--allow-shlib-undefined)
endfunction()

set(STRAIGHTEDGE_HAS_LIBTORCH OFF)
set(STRAIGHTEDGE_HAS_CUDA OFF)
if(STRAIGHTEDGE_LIBTORCH)
  straightedge_find_libtorch()
  if(problem AND NOT STRAIGHTEDGE_LIBTORCH STREQUAL "AUTO")
    message(FATAL_ERROR "${problem}")
  elseif(problem)
    message(STATUS "Without the device path: ${problem}")
  else()
    set(STRAIGHTEDGE_HAS_LIBTORCH ON)
    get_filename_component(STRAIGHTEDGE_TORCH_SITE ${root} DIRECTORY)
    straightedge_import_libtorch()
    # A program that needs libcudart takes the wheel's, so that it starts where there is no toolkit too.
    set(STRAIGHTEDGE_TORCH_RPATH ${STRAIGHTEDGE_TORCH_SITE}/nvidia/cu13/lib ${root}/lib)
    message(STATUS "LibTorch: ${root}")
  endif()
endif()

if(STRAIGHTEDGE_HAS_LIBTORCH AND STRAIGHTEDGE_CUDA)
  include(CheckLanguage)
  check_language(CUDA)
  straightedge_cuda_problem(problem)
  if(problem AND NOT STRAIGHTEDGE_CUDA STREQUAL "AUTO")
    message(FATAL_ERROR "no CUDA kernels: ${problem}")
  elseif(problem)
    message(STATUS "Without CUDA kernels: ${problem}")
  else()
    set(STRAIGHTEDGE_HAS_CUDA ON)
    if(NOT CMAKE_CUDA_ARCHITECTURES)
      set(CMAKE_CUDA_ARCHITECTURES 80 90)
    endif()
    if(CCACHE_PROGRAM AND NOT CMAKE_CUDA_COMPILER_LAUNCHER)
      set(CMAKE_CUDA_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
    endif()
    set(CMAKE_CUDA_STANDARD 17)  # CMake 3.25 knows no CUDA20 for nvcc 13
    set(CMAKE_CUDA_STANDARD_REQUIRED ON)
    set(CMAKE_CUDA_EXTENSIONS OFF)
    set(CMAKE_CUDA_RUNTIME_LIBRARY Shared)  # LibTorch's own
    enable_language(CUDA)
    add_library(straightedge::libtorch_cuda INTERFACE IMPORTED GLOBAL)
    target_link_libraries(straightedge::libtorch_cuda
      INTERFACE straightedge::libtorch straightedge_import_torch_cuda straightedge_import_c10_cuda)
    target_include_directories(straightedge::libtorch_cuda SYSTEM INTERFACE ${CMAKE_CUDA_TOOLKIT_INCLUDE_DIRECTORIES})
  endif()
endif()
