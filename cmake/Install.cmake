# `cmake --install`: the program, the reference and its second witness with their headers, and a CMake package, so that
# elsewhere
#   find_package(straightedge REQUIRED)
#   target_link_libraries(mine PRIVATE straightedge::reference straightedge::enclosure)
include(CMakePackageConfigHelpers)
set(package_directory ${CMAKE_INSTALL_LIBDIR}/cmake/straightedge)

install(TARGETS straightedge RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

set_target_properties(straightedge_reference PROPERTIES EXPORT_NAME reference)
set_target_properties(straightedge_enclosure PROPERTIES EXPORT_NAME enclosure)
set_target_properties(straightedge_tolerance PROPERTIES EXPORT_NAME tolerance)
install(TARGETS straightedge_reference straightedge_enclosure straightedge_tolerance EXPORT straightedgeTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT straightedgeTargets NAMESPACE straightedge:: DESTINATION ${package_directory})
install(DIRECTORY
  reference/include/straightedge reference/enclosure/include/straightedge fixtures/tolerance/include/straightedge
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")

configure_package_config_file(cmake/straightedgeConfig.cmake.in ${CMAKE_BINARY_DIR}/straightedgeConfig.cmake
  INSTALL_DESTINATION ${package_directory})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/straightedgeConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES
  ${CMAKE_BINARY_DIR}/straightedgeConfig.cmake ${CMAKE_BINARY_DIR}/straightedgeConfigVersion.cmake
  cmake/PlainLibraries.cmake
  DESTINATION ${package_directory})
