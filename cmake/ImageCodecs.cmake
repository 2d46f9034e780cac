# JPEG and PNG, for `straightedge-train prepare`: where one of them is missing it is left out of the build, and without PNG
# so are the pictures of `evaluate`. Sets STRAIGHTEDGE_HAS_IMAGE_CODECS, and makes straightedge::turbojpeg and PNG::PNG.
set(STRAIGHTEDGE_IMAGE_CODECS AUTO CACHE STRING "straightedge-train prepare: AUTO (if libturbojpeg and libpng are found), ON or OFF")

set(STRAIGHTEDGE_HAS_IMAGE_CODECS OFF)
find_package(PNG QUIET)
if(STRAIGHTEDGE_IMAGE_CODECS)
  # Debian's CMake package of libjpeg-turbo fails where libjpeg62-turbo-dev, which is not needed here, is missing.
  find_path(STRAIGHTEDGE_turbojpeg_INCLUDE_DIR turbojpeg.h)
  find_library(STRAIGHTEDGE_turbojpeg_LIBRARY turbojpeg)
  mark_as_advanced(STRAIGHTEDGE_turbojpeg_INCLUDE_DIR STRAIGHTEDGE_turbojpeg_LIBRARY)
  if(STRAIGHTEDGE_turbojpeg_INCLUDE_DIR AND STRAIGHTEDGE_turbojpeg_LIBRARY AND PNG_FOUND)
    set(STRAIGHTEDGE_HAS_IMAGE_CODECS ON)
    add_library(straightedge::turbojpeg INTERFACE IMPORTED GLOBAL)
    target_include_directories(straightedge::turbojpeg SYSTEM INTERFACE ${STRAIGHTEDGE_turbojpeg_INCLUDE_DIR})
    target_link_libraries(straightedge::turbojpeg INTERFACE ${STRAIGHTEDGE_turbojpeg_LIBRARY})
  elseif(STRAIGHTEDGE_IMAGE_CODECS STREQUAL "AUTO")
    message(STATUS "Without straightedge-train prepare: libturbojpeg or libpng is missing")
  else()
    message(FATAL_ERROR "STRAIGHTEDGE_IMAGE_CODECS is ON, and libturbojpeg or libpng is missing")
  endif()
endif()
