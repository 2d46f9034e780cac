# Run at every build: writes build_info.cpp from fixtures/program/build_info.cpp.in with the commit that is checked out, if that changed.
# Inputs: SOURCE, OUTPUT, VERSION, FLAGS.
set(COMMIT "")
find_package(Git QUIET)
if(GIT_FOUND)
  execute_process(COMMAND ${GIT_EXECUTABLE} -C ${SOURCE} describe --always --dirty --abbrev=12 --exclude=*
    OUTPUT_VARIABLE COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
configure_file(${SOURCE}/fixtures/program/build_info.cpp.in ${OUTPUT} @ONLY)
