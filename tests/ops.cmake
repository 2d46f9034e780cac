# Tests of the operators, where LibTorch is: the arithmetic and the CPU kernels from C++, all of it from Python.
if(NOT TARGET straightedge_ops)
  return()
endif()

straightedge_add_tests(ops_tests unit/ops straightedge_ops)
set_target_properties(ops_tests PROPERTIES BUILD_RPATH "${STRAIGHTEDGE_TORCH_RPATH}")

# The interpreter that this LibTorch's Python module is built for, and that has NumPy.
function(straightedge_find_torch_python)
  find_program(python_on_path python3 NO_CACHE)
  foreach(candidate IN ITEMS ${python_on_path} /usr/bin/python3)
    execute_process(COMMAND ${candidate} -c "import numpy, sysconfig; print(sysconfig.get_config_var('EXT_SUFFIX'), end='')"
      OUTPUT_VARIABLE suffix ERROR_QUIET)
    if(suffix AND EXISTS ${STRAIGHTEDGE_TORCH_SITE}/torch/_C${suffix})
      set(STRAIGHTEDGE_TORCH_PYTHON ${candidate} PARENT_SCOPE)
      return()
    endif()
  endforeach()
  set(STRAIGHTEDGE_TORCH_PYTHON python3 PARENT_SCOPE)
endfunction()

# Not with sanitizers: an interpreter that is built without them cannot load the library. 77: torch cannot be imported,
# as where the libraries of the CUDA toolkit that libtorch_cuda needs are missing.
if(NOT STRAIGHTEDGE_SANITIZE)
  straightedge_find_torch_python()
  file(GLOB opcheck_tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/train/opcheck/*_test.py)
  if(NOT STRAIGHTEDGE_HAS_IMAGE_CODECS)
    list(FILTER opcheck_tests EXCLUDE REGEX "/resize_test.py$")
  endif()
  foreach(script IN LISTS opcheck_tests)
    get_filename_component(name ${script} NAME_WE)
    add_test(NAME opcheck.${name} COMMAND ${STRAIGHTEDGE_TORCH_PYTHON} -B ${script})
    set(variables PYTHONPATH=${STRAIGHTEDGE_TORCH_SITE} STRAIGHTEDGE_OPS=$<TARGET_FILE:straightedge_ops>
      STRAIGHTEDGE_TRAIN=$<TARGET_FILE:straightedge_train>)
    set_tests_properties(opcheck.${name} PROPERTIES TIMEOUT 600 SKIP_RETURN_CODE 77 ENVIRONMENT "${variables}")
  endforeach()
endif()
