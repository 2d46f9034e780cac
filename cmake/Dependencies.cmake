# Third-party packages besides LibTorch. All of them are Debian 12 packages: see `bootstrap`.
# Of fixtures/ and the device path:
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(fmt REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tomlplusplus REQUIRED)
# Of the reference and of `straightedge`:
if(NOT STRAIGHTEDGE_DEVICE_ONLY)
  find_package(Boost 1.81 REQUIRED)
  find_package(Eigen3 3.4 REQUIRED NO_MODULE)
  find_package(rapidcheck REQUIRED)
  find_package(NLopt REQUIRED)  # Debian has a build in C and one in C++: either serves nlopt.hpp
endif()
include(PlainLibraries)
