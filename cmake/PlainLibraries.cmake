# Imported targets for libraries that ship no CMake package on Debian 12. Installed too: straightedgeConfig.cmake needs
# the same targets.

# straightedge_plain_library(NAME HEADER LIBRARY...): the target straightedge::NAME, of a header and its libraries.
function(straightedge_plain_library name header)
  if(TARGET straightedge::${name})
    return()
  endif()
  find_path(STRAIGHTEDGE_${name}_INCLUDE_DIR ${header} REQUIRED)
  mark_as_advanced(STRAIGHTEDGE_${name}_INCLUDE_DIR)
  add_library(straightedge::${name} INTERFACE IMPORTED)
  target_include_directories(straightedge::${name} SYSTEM INTERFACE ${STRAIGHTEDGE_${name}_INCLUDE_DIR})
  foreach(library IN LISTS ARGN)
    find_library(STRAIGHTEDGE_${library}_LIBRARY ${library} REQUIRED)
    mark_as_advanced(STRAIGHTEDGE_${library}_LIBRARY)
    target_link_libraries(straightedge::${name} INTERFACE ${STRAIGHTEDGE_${library}_LIBRARY})
  endforeach()
endfunction()

straightedge_plain_library(random123 Random123/philox.h)
if(NOT STRAIGHTEDGE_DEVICE_ONLY)
  straightedge_plain_library(gmp gmp.h gmp)
  straightedge_plain_library(mpfr mpfr.h mpfr)
  straightedge_plain_library(mpfi mpfi.h mpfi)
  straightedge_plain_library(arb arb.h flint-arb flint)
endif()
